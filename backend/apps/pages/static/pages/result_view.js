/** The whole answer, in the order in which a person asks for it. */

import { deleteIdentification } from "./api.js";
import { candidatesView } from "./candidates_view.js";
import { h } from "./elements.js";
import { namesView, safetyView } from "./facts_view.js";
import { feedbackView } from "./feedback_view.js";
import { healthView } from "./health_view.js";
import { creditsView, degradedView, receiptView } from "./receipt_view.js";
import { bestOf, verdictView } from "./verdict_view.js";
import { nextPhotoWords } from "./words.js";

/**
 * @typedef {import("./types.js").Identification} Identification
 *
 * @typedef {object} Actions what the page does for the answer
 * @property {(organ: string) => void} addPhoto
 * @property {() => void} checkHealth
 * @property {() => void} startAnew
 * @property {() => void} deleted
 */

/**
 * @param {Identification} body complete
 * @param {Actions} actions
 * @returns {HTMLElement}
 */
export function resultView(body, actions) {
  const verdict = /** @type {import("./types.js").Verdict} */ (body.verdict);
  const best = bestOf(verdict, body.suggestions);
  const own = body.photos.map((photo) => ({ url: photo.url, small: photo.thumbnail_url, alt: `Your photo ${photo.position + 1}` }));
  const { sentence, suggestions } = body;
  return h(
    "article",
    { class: "answer", "aria-labelledby": "sentence" },
    degradedView(body),
    verdictView({ verdict, sentence, suggestions, own, tag: body.simulated ? "Simulated answer" : "" }),
    feedbackView(body),
    nextPhotoView(body, actions),
    verdict.level !== "not_a_plant" &&
      candidatesView(suggestions.filter((each) => each !== best), best ? "It could also be" : "It could be"),
    healthView(body, actions.checkHealth),
    verdict.level !== "not_a_plant" && safetyView(body),
    best && namesView(best),
    receiptView(body),
    creditsView(body),
    h("div", { class: "row end" }, h("button", { type: "button", onclick: actions.startAnew }, "Identify another plant"), deleteView(body, actions)),
  );
}

/**
 * @param {Identification} body
 * @param {Actions} actions
 */
function nextPhotoView(body, actions) {
  const next = body.verdict?.next_photo;
  if (!next) return null;
  const { why, what, button } = nextPhotoWords(next);
  return h(
    "section",
    { class: "block hint" },
    h("h3", {}, what),
    why && h("p", {}, why),
    h("button", { type: "button", class: "primary", onclick: () => actions.addPhoto(next.organ) }, button),
    h("p", { class: "note" }, "Then we ask again, with all photos together."),
  );
}

/**
 * Deleting takes two presses: it cannot be undone.
 * @param {Identification} body
 * @param {Actions} actions
 */
function deleteView(body, actions) {
  const said = h("span", { class: "note", role: "status" });
  const sure = h("button", { type: "button", class: "danger", hidden: true, onclick: () => carryOut() }, "Yes, delete for good");
  const first = h("button", { type: "button", class: "quiet", onclick: () => ask() }, "Delete this");
  const ask = () => {
    sure.hidden = !sure.hidden;
    first.textContent = sure.hidden ? "Delete this" : "Keep it";
    said.textContent = sure.hidden ? "" : "Photos and answer will be gone, at Plant.id too.";
  };
  const carryOut = async () => {
    try {
      await deleteIdentification(body);
      actions.deleted();
    } catch {
      said.textContent = "It could not be deleted just now. Please try again.";
    }
  };
  return h("div", { class: "row" }, first, sure, said);
}
