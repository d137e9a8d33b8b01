/** The other plants it could be, each with a picture. */

import { h } from "./elements.js";
import { credit, frame, picturesOf } from "./picture.js";
import { scoresOf } from "./words.js";

/**
 * @typedef {import("./types.js").Suggestion} Suggestion
 */

const SHOWN_MAX = 6;
const SCORE_MIN = 0.01; // below it is noise

/**
 * Cards; null when there is nothing else.
 * @param {Suggestion[]} suggestions
 * @param {string} title
 * @returns {HTMLElement | null}
 */
export function candidatesView(suggestions, title) {
  const shown = suggestions.filter((each) => Object.values(each.scores).some((score) => score >= SCORE_MIN)).slice(0, SHOWN_MAX);
  if (shown.length === 0) return null;
  return h(
    "section",
    { class: "block" },
    h("h3", {}, title),
    h("ul", { class: "cards" }, ...shown.map(card)),
  );
}

/** @param {Suggestion} suggestion */
function card(suggestion) {
  const picture = picturesOf(suggestion)[0];
  const common = suggestion.common_names?.[0];
  return h(
    "li",
    { class: "card" },
    frame(picture ? (picture.small ?? picture.url) : null, picture?.alt ?? suggestion.name),
    h("strong", {}, h("i", {}, suggestion.name)),
    common && h("span", {}, common),
    h("span", { class: "scores" }, ...scoresOf(suggestion).map((score) => h("span", {}, score))),
    picture?.attribution && credit(picture.attribution),
  );
}
