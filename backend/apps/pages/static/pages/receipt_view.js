/** Where the answer comes from, what it took, and what is missing in it. */

import { h } from "./elements.js";
import { costOf, inSeconds, PROVIDERS, stateOf } from "./words.js";

/**
 * @typedef {import("./types.js").Identification} Identification
 * @typedef {import("./types.js").ProviderReport} ProviderReport
 */

/**
 * What is missing, said before the answer is read; null when nothing is.
 * @param {Identification} body
 * @returns {HTMLElement | null}
 */
export function degradedView({ degraded_because: reasons }) {
  if (reasons.length === 0) return null;
  return h("div", { class: "notice" }, h("strong", {}, "This answer is not complete. "), ...reasons.map((reason) => h("span", {}, `${reason} `)));
}

/** @param {Identification} body */
export function receiptView(body) {
  return h(
    "details",
    { class: "block receipt" },
    h("summary", {}, "Where this answer comes from"),
    h("ul", {}, ...body.providers.map(line)),
    h(
      "dl",
      { class: "facts" },
      ...pair("Cost", costs(body)),
      ...pair("Asked", new Date(body.created_at).toLocaleString()),
      ...pair("Simulated", body.simulated ? "yes: nobody looked at the photo" : ""),
      ...pair("Missing", body.degraded_because.join(" ")),
      ...pair("Request id", body.receipt.request_id ?? ""),
      ...pair("Identification", body.id),
    ),
  );
}

/** @param {Identification} body */
export function creditsView({ receipt }) {
  return h("p", { class: "powered" }, ...(receipt.credits_to ?? []).map((credit) => h("span", {}, credit)));
}

/** @param {ProviderReport} report */
function line(report) {
  const facts = [
    `${stateOf(report)} (${inSeconds(report.seconds)})`,
    report.credits ? costOf(report.provider, report.credits) : "",
    report.maybe_charged ? "may have cost something all the same" : "",
    report.model_version ? `model ${report.model_version}` : "",
    report.simulated ? "simulated" : "",
  ];
  return h("li", {}, facts.filter(Boolean).join(" · "));
}

/** @param {Identification} body */
function costs({ cost }) {
  const each = Object.entries(cost).map(([provider, amount]) => `${PROVIDERS[provider]} ${costOf(provider, amount ?? 0)}`);
  return each.join(", ") || "nothing";
}

/**
 * @param {string} term
 * @param {string} text
 */
function pair(term, text) {
  return text ? [h("dt", {}, term), h("dd", {}, text)] : [];
}
