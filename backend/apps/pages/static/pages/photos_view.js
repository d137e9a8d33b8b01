/** Choosing photos: drop, paste, pick or take them; a card for each. */

import { get, h } from "./elements.js";
import { frame } from "./picture.js";
import { PHOTOS_MAX } from "./photos.js";
import { prepare } from "./shrink.js";
import { ORGANS } from "./words.js";

/**
 * @typedef {import("./photos.js").Photos} Photos
 * @typedef {import("./photos.js").Photo} Photo
 */

/** @type {WeakMap<File, string>} */
const previews = new WeakMap();

/**
 * The address of a preview that this browser can show; null when it cannot read the photo.
 * @param {File} file
 * @returns {Promise<string | null>}
 */
export async function previewOf(file) {
  const known = previews.get(file);
  if (known) return known;
  const { blob, isReadable } = await prepare(file);
  if (!isReadable) return null;
  const url = URL.createObjectURL(blob);
  previews.set(file, url);
  return url;
}

/**
 * Draw the cards anew.
 * @param {Photos} photos
 */
export function showPhotos(photos) {
  const list = get("photos");
  list.replaceChildren(...photos.all.map((photo, index) => card(photos, photo, index)));
  list.hidden = photos.all.length === 0;
  get("drop").classList.toggle("small", photos.all.length > 0);
  get("room").textContent = photos.isFull ? "Five photos: that is all there is room for." : `${photos.all.length} of ${PHOTOS_MAX}`;
  get("room").hidden = photos.all.length === 0;
}

/**
 * @param {Photos} photos
 * @param {Photo} photo
 * @param {number} index
 */
function card(photos, photo, index) {
  const picture = h("span", { class: "frame waiting" });
  previewOf(photo.file).then((url) => picture.replaceWith(url ? frame(url, `Photo ${index + 1}`) : unreadable(photo)));
  const remove = () => {
    photos.remove(photo.key);
    get(photos.all.length ? "photos" : "pick").focus();
  };
  return h(
    "li",
    { class: photo.error ? "photo wrong" : "photo" },
    picture,
    h("button", { type: "button", class: "remove", "aria-label": `Remove photo ${index + 1}`, onclick: remove }, "×"),
    h("label", { for: `organ-${photo.key}` }, "It shows"),
    organSelect(photos, photo),
    photo.error && h("p", { class: "wrong-why" }, photo.error),
  );
}

/** @param {Photo} photo */
function unreadable(photo) {
  return h("span", { class: "frame missing" }, h("span", { class: "note" }, `${photo.file.name}: no preview in this browser`));
}

/**
 * @param {Photos} photos
 * @param {Photo} photo
 */
function organSelect(photos, photo) {
  const options = Object.entries(ORGANS).map(([value, words]) => h("option", { value, selected: value === photo.organ }, words));
  const select = /** @type {HTMLSelectElement} */ (h("select", { id: `organ-${photo.key}` }, ...options));
  select.addEventListener("change", () => photos.setOrgan(photo.key, select.value));
  return select;
}

/**
 * Listen to every way in which photos come.
 * @param {(files: File[]) => void} take
 */
export function acceptPhotos(take) {
  get("drop").classList.toggle("touch", navigator.maxTouchPoints > 0); // phones take photos, and have nothing to drop
  for (const id of ["pick", "camera"]) {
    const input = /** @type {HTMLInputElement} */ (get(id));
    input.addEventListener("change", () => {
      take([...(input.files ?? [])]);
      input.value = ""; // so that the same photo can be picked again
    });
  }
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) take(files);
  });
  acceptDrops(take);
}

/** @param {(files: File[]) => void} take */
function acceptDrops(take) {
  const drop = get("drop");
  const isOver = (/** @type {boolean} */ over) => drop.classList.toggle("over", over);
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // else the browser opens the photo instead of the page
    isOver(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) isOver(false);
  });
  document.addEventListener("drop", (event) => {
    isOver(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
}
