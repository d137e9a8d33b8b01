/** What is known of the plant, each fact with its source; where there is none, that is said. */

import { h, outLink } from "./elements.js";

/**
 * @typedef {import("./types.js").Identification} Identification
 * @typedef {import("./types.js").Suggestion} Suggestion
 * @typedef {import("./elements.js").Child} Child
 */

/** @param {Identification} body */
export function safetyView({ safety }) {
  return h(
    "section",
    { class: "block safety" },
    h("h3", {}, "Safety"),
    safety.status === "no-data" && h("p", {}, "Is it poisonous to people, cats or dogs? We have no data with a source for this."),
    h("p", {}, h("strong", {}, safety.warning)),
  );
}

/**
 * Names and links of the candidate that the answer names.
 * @param {Suggestion} suggestion
 * @returns {HTMLElement}
 */
export function namesView(suggestion) {
  const { common_names: common = [], also_called: also = [], genus, family, rank } = suggestion;
  return h(
    "section",
    { class: "block" },
    h("h3", {}, "Names"),
    h(
      "dl",
      { class: "facts" },
      ...fact(`Scientific name (${rank})`, [h("i", {}, suggestion.name), suggestion.authorship ? ` ${suggestion.authorship}` : ""]),
      ...fact("Common names", [common.join(", ")]),
      ...fact("Also called", also.flatMap((name, index) => [index ? ", " : "", h("i", {}, name)])),
      ...fact("Genus", [genus && h("i", {}, genus)]),
      ...fact("Family", [family]),
      ...fact("Read more", links(suggestion)),
    ),
    descriptionView(suggestion),
    h("p", { class: "note" }, "Care: the services give no care facts with a source, so none are shown."),
  );
}

/**
 * A line of the list; none when there is nothing to say.
 * @param {string} term
 * @param {Child[]} content
 */
function fact(term, content) {
  return content.some(Boolean) ? [h("dt", {}, term), h("dd", {}, ...content)] : [];
}

/** @param {Suggestion} suggestion */
function links({ ids = {}, wikipedia_url: wikipedia }) {
  const all = [
    ids.gbif_backbone && outLink(`https://www.gbif.org/species/${ids.gbif_backbone}`, "GBIF"),
    ids.powo && outLink(powoAddress(ids.powo), "Plants of the World Online"),
    wikipedia && outLink(wikipedia, "Wikipedia"),
  ].filter(Boolean);
  return all.flatMap((link, index) => [index ? " · " : "", /** @type {Node} */ (link)]);
}

/**
 * The page of Kew's Plants of the World Online.
 * @param {string} id with or without its prefix
 */
export function powoAddress(id) {
  const lsid = id.startsWith("urn:lsid:") ? id : `urn:lsid:ipni.org:names:${id}`;
  return `https://powo.science.kew.org/taxon/${lsid}`;
}

/** @param {Suggestion} suggestion */
function descriptionView({ description }) {
  if (!description) return null;
  const { source_url: source, license_name: license, license_url: licenseUrl } = description.attribution;
  return h(
    "blockquote",
    {},
    h("p", {}, description.text),
    h("footer", { class: "credit" }, "Source: ", outLink(source, source ? new URL(source).hostname : "not named"), license && " · ", license && outLink(licenseUrl, license)),
  );
}
