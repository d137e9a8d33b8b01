/** The form that the API gets. */

import { prepare } from "./shrink.js";

/**
 * @param {readonly import("./photos.js").Photo[]} photos
 * @param {string} language of common names
 * @param {boolean} health
 * @param {import("./place.js").Place | null} place already rounded
 * @returns {Promise<FormData>}
 */
export async function questionForm(photos, language, health, place) {
  const prepared = await Promise.all(photos.map((photo) => prepare(photo.file)));
  const form = new FormData();
  photos.forEach((photo, index) => {
    form.append("images", prepared[index].blob, photo.file.name || "photo.jpg");
    form.append("organs", photo.organ);
  });
  form.append("language", language);
  if (health) form.append("include_diseases", "true");
  if (place) {
    form.append("latitude", String(place.latitude));
    form.append("longitude", String(place.longitude));
  }
  return form;
}
