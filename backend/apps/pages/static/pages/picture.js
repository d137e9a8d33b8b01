/** Pictures with their credit, and a drawn leaf where one does not load. */

import { h, outLink, webAddress } from "./elements.js";

/**
 * @typedef {object} Picture
 * @property {string} url our own address, or one of the web
 * @property {string} alt
 * @property {string | null} [small] a smaller version, for the row of choices
 * @property {import("./types.js").Attribution | null} [attribution] null for the asker's own
 */

/**
 * A picture that fills its frame.
 * @param {string | null} src
 * @param {string} alt
 * @returns {HTMLElement}
 */
export function frame(src, alt) {
  const box = h("span", { class: "frame" });
  if (!src) return markMissing(box, alt);
  const image = h("img", { src, alt, decoding: "async", referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => markMissing(box, alt));
  box.append(image);
  return box;
}

/**
 * @param {HTMLElement} box
 * @param {string} alt
 */
function markMissing(box, alt) {
  box.classList.add("missing");
  box.replaceChildren(h("span", { class: "hidden" }, `${alt} (the picture did not load)`));
  return box;
}

/**
 * Candidate pictures of a suggestion, ready to show; those without a usable address are left out.
 * @param {import("./types.js").Suggestion} suggestion
 * @returns {Picture[]}
 */
export function picturesOf(suggestion) {
  return (suggestion.images ?? []).flatMap((image) => {
    const url = webAddress(image.url);
    if (!url) return [];
    const organ = image.organ ? `, ${image.organ}` : "";
    return [{ url, small: webAddress(image.thumb_url), alt: `${suggestion.name}${organ}`, attribution: image.attribution }];
  });
}

/**
 * Author and licence, each with its link. Says so when the provider names neither.
 * @param {import("./types.js").Attribution} attribution
 * @returns {HTMLElement}
 */
export function credit({ author, license_name: license, license_url: licenseUrl, source_url: source }) {
  const by = author ? ["Photo: ", outLink(source, author)] : ["Photo: author not named"];
  const under = license || licenseUrl ? [" · ", outLink(licenseUrl, license || "licence")] : [" · licence not named"];
  return h("span", { class: "credit" }, ...by, ...under);
}

/**
 * One large picture, and a row of small ones to choose from when there are several.
 * @param {string} caption
 * @param {Picture[]} pictures
 * @returns {HTMLElement}
 */
export function gallery(caption, pictures) {
  const shown = pictures.slice(0, 5);
  const stage = h("div", { class: "stage" });
  const note = h("span", { class: "note" });
  const row = h("div", { class: "choices", role: "group", "aria-label": `More: ${caption}` });

  /** @param {number} index */
  const show = (index) => {
    const picture = shown[index];
    stage.replaceChildren(frame(picture?.url ?? null, picture?.alt ?? caption));
    note.replaceChildren(...(picture?.attribution ? [credit(picture.attribution)] : []));
    [...row.children].forEach((button, position) => button.setAttribute("aria-pressed", String(position === index)));
  };
  if (shown.length > 1) row.append(...shown.map((picture, index) => choice(picture, () => show(index))));
  show(0);
  return h("figure", { class: "gallery" }, stage, h("figcaption", {}, h("strong", {}, caption), note), row.children.length > 0 && row);
}

/**
 * @param {Picture} picture
 * @param {() => void} choose
 */
function choice(picture, choose) {
  return h("button", { type: "button", class: "choice", onclick: choose }, frame(picture.small ?? picture.url, picture.alt));
}
