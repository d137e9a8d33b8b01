/** Makes photos smaller, beside the page: it stays usable meanwhile. */

import { BYTES_MAX, fittingSize, QUALITIES } from "./size";

export interface Order {
  number: number;
  file: Blob;
}

/** `blob` is null when this browser cannot read the photo. */
export interface Done {
  number: number;
  blob: Blob | null;
}

async function shrink(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const { width, height } = fittingSize(bitmap.width, bitmap.height);
    if (width === bitmap.width && file.size <= BYTES_MAX && file.type === "image/jpeg") return file;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.fillStyle = "white"; // JPEG has no transparency
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
    let blob = file;
    for (const quality of QUALITIES) {
      blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
      if (blob.size <= BYTES_MAX) break;
    }
    return blob;
  } finally {
    bitmap.close();
  }
}

self.onmessage = async ({ data: { number, file } }: MessageEvent<Order>) => {
  const blob = await shrink(file).catch(() => null);
  self.postMessage({ number, blob } satisfies Done);
};
