/** What this visitor asked before, as small pictures that open the stored answer. */

import { readHistory } from "./api.js";
import { get, h } from "./elements.js";
import { frame } from "./picture.js";

/**
 * @typedef {import("./types.js").Identification} Identification
 */

/** Where a stored answer opens on this page. @param {string} id */
export function hashOf(id) {
  return `#/plant/${id}`;
}

/**
 * The identification that an address of this page opens, null for none.
 * @param {string} hash
 */
export function idIn(hash) {
  return /^#\/plant\/([0-9a-f-]{36})$/i.exec(hash)?.[1] ?? null;
}

/** Read the newest again and show them; the section hides while there are none, or they cannot be read. */
export async function refreshHistory() {
  try {
    const page = await readHistory();
    get("recent-list").replaceChildren(...page.results.map(item));
    get("recent").hidden = page.results.length === 0;
    offerMore(page.next);
  } catch {
    get("recent").hidden = get("recent-list").children.length === 0; // what is shown may stay
  }
}

/** @param {string | null} next */
function offerMore(next) {
  const button = /** @type {HTMLButtonElement} */ (get("recent-more"));
  button.hidden = !next;
  button.onclick = async () => {
    button.disabled = true;
    try {
      const page = await readHistory(next);
      get("recent-list").append(...page.results.map(item));
      offerMore(page.next);
    } catch {
      button.textContent = "Show more (that did not work, try again)";
    } finally {
      button.disabled = false;
    }
  };
}

/** @param {Identification} body */
function item(body) {
  const name = nameOf(body);
  const when = new Date(body.created_at).toLocaleDateString(undefined, { day: "numeric", month: "short" });
  return h(
    "li",
    {},
    h("a", { href: hashOf(body.id) }, frame(body.photos[0]?.thumbnail_url ?? null, ""), h("span", { class: "name" }, name), h("span", { class: "note" }, when)),
  );
}

/** @param {Identification} body */
function nameOf(body) {
  if (body.status === "running") return "Still looking";
  if (body.status === "failed") return "No answer";
  if (body.verdict?.level === "not_a_plant") return "No plant";
  return body.verdict?.name ?? "Not sure";
}
