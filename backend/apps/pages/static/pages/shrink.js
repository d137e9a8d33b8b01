/** Photos are made smaller before they are sent: the server uses no more than 1500 pixels, and mobile data is dear. */

export const SIDE_MAX = 2000; // pixels; some reserve above what the server uses
const QUALITY = 0.9;

/**
 * @typedef {object} Prepared
 * @property {Blob} blob what to send
 * @property {boolean} isReadable whether this browser can show it
 */

/**
 * The size at which a photo is sent; never larger than it is.
 * @param {number} width
 * @param {number} height
 * @returns {{width: number, height: number}}
 */
export function fittingSize(width, height) {
  const scale = Math.min(1, SIDE_MAX / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** @type {WeakMap<File, Promise<Prepared>>} */
const prepared = new WeakMap();

/**
 * The photo as it is sent, made once per file. One that the browser cannot read is sent as it is: the server may.
 * @param {File} file
 * @returns {Promise<Prepared>}
 */
export function prepare(file) {
  const known = prepared.get(file) ?? shrink(file).catch(() => ({ blob: file, isReadable: false }));
  prepared.set(file, known);
  return known;
}

/**
 * @param {File} file
 * @returns {Promise<Prepared>}
 */
async function shrink(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const size = fittingSize(bitmap.width, bitmap.height);
    if (size.width === bitmap.width && size.height === bitmap.height) return { blob: file, isReadable: true };
    return { blob: await draw(bitmap, size), isReadable: true };
  } finally {
    bitmap.close();
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @param {{width: number, height: number}} size
 * @returns {Promise<Blob>}
 */
async function draw(bitmap, size) {
  const canvas = Object.assign(document.createElement("canvas"), size);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.fillStyle = "white"; // JPEG has no transparency
  context.fillRect(0, 0, size.width, size.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, size.width, size.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  if (!blob) throw new Error("no JPEG");
  return blob;
}
