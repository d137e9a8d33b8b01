/** Why there is no answer, calmly, and when to try again. */

import { h } from "./elements.js";
import { problemWords, until } from "./words.js";

const SIGN_IN = "/accounts/login/?next=/";

/**
 * @param {import("./types.js").Problem} problem
 * @param {(() => void) | null} retry null where trying again does not help
 * @returns {HTMLElement}
 */
export function problemView(problem, retry) {
  const { title, text, hint, reasons } = problemWords(problem);
  return h(
    "article",
    { class: "problem", "aria-labelledby": "problem-title" },
    h("h2", { id: "problem-title", tabindex: "-1" }, title),
    h("p", {}, text),
    reasons.length > 0 && h("ul", {}, ...reasons.map((reason) => h("li", {}, reason))),
    hint && h("p", {}, hint),
    problem.code === "unauthorized" && h("p", {}, h("a", { class: "button primary", href: SIGN_IN }, "Sign in")),
    retry && retryButton(problem.retry_after ?? 0, retry),
    problem.request_id && h("p", { class: "note" }, `Request id: ${problem.request_id}`),
  );
}

/**
 * A button that waits as long as the server asks for.
 * @param {number} seconds
 * @param {() => void} retry
 */
function retryButton(seconds, retry) {
  const ready = Date.now() + seconds * 1000;
  const button = /** @type {HTMLButtonElement} */ (h("button", { type: "button", class: "primary", onclick: retry }));
  const tick = () => {
    const left = (ready - Date.now()) / 1000;
    button.disabled = left > 0;
    button.textContent = left > 0 ? `Try again in ${until(left)}` : "Try again";
    if (left > 0) setTimeout(tick, Math.min(left, 1) * 1000);
  };
  tick();
  return button;
}
