/** How large a photo is sent: the server uses 1500 pixels of it, and mobile data is dear. */

export const SIDE_MAX = 1500; // pixels
export const BYTES_MAX = 400_000;
export const QUALITIES = [0.85, 0.78, 0.7, 0.6, 0.5]; // of the JPEG, tried in order until it is small enough

/** The size at which a photo is sent; never larger than it is. */
export function fittingSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, SIDE_MAX / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
