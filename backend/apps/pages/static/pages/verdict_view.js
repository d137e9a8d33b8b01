/** The heart of the answer: own photo beside the best candidate's, the sentence, the scores. */

import { h, withName } from "./elements.js";
import { gallery, picturesOf } from "./picture.js";
import { agreementWords, scoresOf } from "./words.js";

/**
 * @typedef {import("./types.js").Verdict} Verdict
 * @typedef {import("./types.js").Suggestion} Suggestion
 * @typedef {import("./picture.js").Picture} Picture
 */

const NAMING = new Set(["sure", "likely", "maybe", "group"]);

/**
 * The candidate that the verdict names (or that is of the group it names); undefined when it names none.
 * @param {Verdict} verdict
 * @param {Suggestion[]} suggestions
 * @returns {Suggestion | undefined}
 */
export function bestOf(verdict, suggestions) {
  if (!NAMING.has(verdict.level)) return undefined;
  const { name } = verdict;
  return suggestions.find((each) => each.name === name) ??
    suggestions.find((each) => each.genus === name || each.family === name) ??
    suggestions[0];
}

/**
 * @param {object} parts
 * @param {Verdict} parts.verdict
 * @param {string} parts.sentence
 * @param {Suggestion[]} parts.suggestions
 * @param {Picture[]} parts.own the asker's photos
 * @param {string} [parts.tag] such as "First answer"
 * @returns {HTMLElement}
 */
export function verdictView({ verdict, sentence, suggestions, own, tag }) {
  const best = bestOf(verdict, suggestions);
  return h(
    "div",
    { class: `verdict level-${verdict.level}` },
    compare(own, verdict, best),
    h(
      "div",
      { class: "said" },
      tag && h("p", { class: "tag" }, tag),
      h("h2", { id: "sentence", tabindex: "-1" }, ...withName(sentence, verdict.name)),
      best && commonNames(best),
      best && scoreLine(verdict, best),
      verdict.reason && h("p", { class: "reason" }, ...withName(verdict.reason, verdict.name)),
      verdict.level === "not_a_plant" && notAPlant(),
      verdict.level === "unsure" && unsure(suggestions),
    ),
  );
}

/**
 * @param {Picture[]} own
 * @param {Verdict} verdict
 * @param {Suggestion | undefined} best
 */
function compare(own, verdict, best) {
  const theirs = best && gallery(verdict.level === "group" ? `One of them: ${best.name}` : best.name, picturesOf(best));
  return h("div", { class: theirs ? "compare" : "compare alone" }, gallery("Your photo", own), theirs);
}

/** @param {Suggestion} best */
function commonNames(best) {
  const names = (best.common_names ?? []).slice(0, 3).join(", ");
  return names ? h("p", { class: "common" }, names) : null;
}

/**
 * @param {Verdict} verdict
 * @param {Suggestion} best
 */
function scoreLine(verdict, best) {
  const about = verdict.level === "group" ? [h("span", {}, "Best of the group: ", h("i", {}, best.name))] : [];
  const scores = scoresOf(best).map((score) => h("span", {}, score));
  const agreement = agreementWords(verdict.agreement);
  return h("p", { class: "scores" }, ...about, ...scores, agreement && h("span", {}, agreement));
}

function notAPlant() {
  return h("p", {}, "If there is one, go closer, let the plant fill the picture, and take it in daylight.");
}

/** @param {Suggestion[]} suggestions */
function unsure(suggestions) {
  const text = "That happens: young plants, cuttings and blurred photos are hard.";
  return h("p", {}, suggestions.length ? `${text} Below is what it could be.` : text);
}
