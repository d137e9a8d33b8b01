/** "Was this right?": one press, kept with the identification; a later word replaces it. */

import { sendFeedback } from "./api.js";
import { h } from "./elements.js";

/**
 * @typedef {import("./types.js").Identification} Identification
 * @typedef {import("./types.js").Feedback} Feedback
 */

/** @type {Record<string, string>} */
const THANKS = {
  yes: "Thank you. You said: yes, this was right.",
  no: "Thank you. You said: no, this was not right.",
};
const OTHERS_MAX = 6;

/**
 * @param {Identification} body
 * @returns {HTMLElement}
 */
export function feedbackView(body) {
  const said = h("p", { class: "note", role: "status" }, wordsOf(body.feedback));
  const names = body.suggestions.map((each) => each.name).filter((name) => name !== body.verdict?.name);

  /** @param {Feedback} feedback */
  const send = async (feedback) => {
    others.hidden = true;
    said.textContent = "Sending …";
    try {
      said.textContent = wordsOf(await sendFeedback(body, feedback));
    } catch {
      said.textContent = "That did not arrive. Please press again in a moment.";
    }
  };
  const others = othersView(names, (name) => send({ was_right: "another", name }));
  const isOpen = body.verdict?.level === "unsure";
  const reveal = () => {
    others.hidden = !others.hidden;
    if (!others.hidden) /** @type {HTMLElement | null} */ (others.querySelector("button, input"))?.focus();
  };
  return h(
    "section",
    { class: "block feedback" },
    h("h3", {}, isOpen ? "Do you know it?" : "Was this right?"),
    h(
      "div",
      { class: "row" },
      !isOpen && h("button", { type: "button", onclick: () => send({ was_right: "yes" }) }, "Yes"),
      h("button", { type: "button", onclick: reveal }, names.length ? "Another of these" : "It is something else"),
      h("button", { type: "button", onclick: () => send({ was_right: "no" }) }, isOpen ? "None of these" : "No"),
    ),
    others,
    said,
  );
}

/**
 * The other names to choose from, and a field for one that is not among them.
 * @param {string[]} names
 * @param {(name: string) => void} choose
 */
function othersView(names, choose) {
  const field = /** @type {HTMLInputElement} */ (h("input", { id: "right-name", maxlength: "200", autocomplete: "off" }));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (field.value.trim()) choose(field.value.trim());
  };
  const buttons = names.slice(0, OTHERS_MAX).map((name) =>
    h("button", { type: "button", class: "quiet", onclick: () => choose(name) }, h("i", {}, name)),
  );
  return h(
    "div",
    { class: "others", hidden: true },
    buttons.length > 0 && h("div", { class: "row" }, ...buttons),
    h(
      "form",
      { class: "row", onsubmit: submit },
      h("label", { for: "right-name" }, "Or its name, if you know it"),
      field,
      h("button", { type: "submit", class: "quiet" }, "Send"),
    ),
  );
}

/** @param {Feedback | null | undefined} feedback */
function wordsOf(feedback) {
  if (!feedback) return "";
  return THANKS[feedback.was_right] ?? `Thank you. You said: it is ${feedback.name || "another one"}.`;
}
