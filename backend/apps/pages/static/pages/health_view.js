/** Whether the plant is well, with the doubt that belongs to a guess from a photo. */

import { h, outLink } from "./elements.js";
import { credit, frame } from "./picture.js";
import { percent } from "./words.js";

/**
 * @typedef {import("./types.js").Identification} Identification
 * @typedef {import("./types.js").Health} Health
 * @typedef {import("./types.js").HealthFinding} HealthFinding
 */

const FINDINGS_MAX = 4;
const DOUBT = "This is Plant.id's guess from a photo. Many troubles look alike: look at the plant again before you treat it.";

/**
 * @param {Identification} body
 * @param {() => void} check asks again, with health
 * @returns {HTMLElement | null} null where there is no plant to be well
 */
export function healthView(body, check) {
  if (body.verdict?.level === "not_a_plant") return null;
  const inside = body.health ? assessment(body.health) : withoutHealth(body, check);
  return h("section", { class: "block health" }, h("h3", {}, "Health"), ...inside);
}

/**
 * @param {Identification} body
 * @param {() => void} check
 */
function withoutHealth(body, check) {
  if (body.health_asked) return [h("p", {}, "You asked for it, but the health check is missing in this answer.")];
  return [
    h("p", { class: "note" }, "Not checked."),
    h("button", { type: "button", class: "quiet", onclick: check }, "Ask again with a health check"),
    h("p", { class: "note" }, "Costs this server a new identification and 1 more Plant.id credit."),
  ];
}

/** @param {Health} health */
function assessment(health) {
  const findings = (health.findings ?? []).slice(0, FINDINGS_MAX);
  const list = h("ul", { class: "findings" }, ...findings.map(findingView));
  const share = percent(health.is_healthy ? health.probability : 1 - health.probability);
  const sentence = health.is_healthy ? `It looks healthy (${share}).` : `It may not be well (${share}).`;
  return [
    h("p", { class: "lead" }, sentence),
    h("p", { class: "note" }, DOUBT),
    health.question && questionView(health.question),
    findings.length > 0 && (health.is_healthy ? h("details", {}, h("summary", {}, "What was looked for"), list) : list),
  ];
}

/** @param {{text: string, yes: string, no: string}} question */
function questionView({ text, yes, no }) {
  return h("p", { class: "hint" }, h("strong", {}, text), ` Yes speaks for ${yes}, no for ${no}.`);
}

/** @param {HealthFinding} finding */
function findingView(finding) {
  const picture = finding.images?.[0];
  return h(
    "li",
    { class: "finding" },
    frame(picture ? (picture.thumb_url ?? picture.url) : null, finding.name),
    h(
      "div",
      {},
      h("strong", {}, finding.local_name || finding.name),
      ` · ${percent(finding.score)}`,
      h("meter", { min: "0", max: "1", value: finding.score, "aria-label": `Score of ${finding.name}` }),
      finding.description && h("p", {}, finding.description),
      finding.cause && h("p", { class: "note" }, `Cause: ${finding.cause}`),
      treatmentView(finding),
      finding.url && h("p", { class: "note" }, outLink(finding.url, "Read more")),
      picture && credit(picture.attribution),
    ),
  );
}

/** @param {HealthFinding} finding */
function treatmentView({ treatment = {} }) {
  const parts = [
    ...part("What prevents it", treatment.prevention),
    ...part("Biological treatment", treatment.biological),
    ...part("Chemical treatment", treatment.chemical),
  ];
  return parts.length > 0 && h("details", {}, h("summary", {}, "What Plant.id advises"), ...parts);
}

/**
 * @param {string} title
 * @param {string[]} [steps]
 */
function part(title, steps = []) {
  return steps.length ? [h("h4", {}, title), h("ul", {}, ...steps.map((step) => h("li", {}, step)))] : [];
}
