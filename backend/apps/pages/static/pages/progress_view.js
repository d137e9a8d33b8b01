/** Who has been asked, who has answered, and what the first one says. */

import { h } from "./elements.js";
import { verdictView } from "./verdict_view.js";
import { inSeconds, PROVIDERS, stateOf } from "./words.js";

/**
 * @typedef {import("./types.js").ProviderName} ProviderName
 * @typedef {import("./types.js").ProviderEvent} ProviderEvent
 */

/** One line per provider; below, the preliminary verdict once there is one. */
export class Progress {
  /** @type {Map<string, HTMLElement>} */
  #lines = new Map();
  #first = h("div");
  #note = h("p", { class: "note" }, "This takes 2 to 20 seconds.");
  #own;

  /**
   * @param {ProviderName[]} providers
   * @param {import("./picture.js").Picture[]} own
   */
  constructor(providers, own) {
    this.#own = own;
    for (const provider of providers) {
      this.#lines.set(provider, h("li", { class: "asking" }, `${PROVIDERS[provider]} is looking …`));
    }
    this.element = h(
      "article",
      { class: "progress", "aria-busy": "true" },
      h("h2", { id: "progress-title", tabindex: "-1" }, "Looking at your plant"),
      h("ul", { class: "providers" }, ...this.#lines.values()),
      this.#note,
      this.#first,
    );
  }

  /**
   * A provider has ended.
   * @param {ProviderEvent} event
   */
  tell({ report, so_far: soFar, sentence }) {
    const line = this.#lines.get(report.provider);
    if (line) {
      line.className = report.state === "ok" ? "answered" : "failed";
      line.textContent = `${stateOf(report)}${report.state === "ok" ? ` in ${inSeconds(report.seconds)}` : ""}`;
    }
    if (soFar && sentence) this.show(soFar.verdict, sentence, soFar.suggestions);
  }

  /**
   * The verdict of those that answered so far.
   * @param {import("./types.js").Verdict} verdict
   * @param {string} sentence
   * @param {import("./types.js").Suggestion[]} suggestions
   */
  show(verdict, sentence, suggestions) {
    const tag = "First answer, not final yet";
    this.#first.replaceChildren(verdictView({ verdict, sentence, suggestions, own: this.#own, tag }));
  }

  /** @param {string} sentence */
  note(sentence) {
    this.#note.textContent = sentence;
  }
}
