/**
 * Builds elements. Text only ever becomes text nodes and attributes, so no data can become markup.
 *
 * @typedef {Node | string | null | undefined | false} Child
 */

/**
 * An element. `on...` properties listen to events; null, undefined and false leave a property out.
 * @param {string} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...present(children.flat()));
  return element;
}

/**
 * @param {Child[]} children
 * @returns {(Node | string)[]}
 */
function present(children) {
  return /** @type {(Node | string)[]} */ (
    children.filter((child) => child !== null && child !== undefined && child !== false && child !== "")
  );
}

/**
 * The element with this id. Throws when the page has none.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function get(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/**
 * The address if it is one of the web, else null: what providers send is not trusted to be one.
 * @param {string | null | undefined} address
 * @returns {string | null}
 */
export function webAddress(address) {
  if (!address || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

/**
 * A link out of this site; only its text when the address is none.
 * @param {string | null | undefined} address
 * @param {string} text
 * @returns {Node}
 */
export function outLink(address, text) {
  const href = webAddress(address);
  if (!href) return document.createTextNode(text);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
}

/**
 * `text` with every occurrence of the scientific `name` in italics, as botanists write it.
 * @param {string} text
 * @param {string | null | undefined} name
 * @returns {Child[]}
 */
export function withName(text, name) {
  if (!name) return [text];
  return text.split(name).flatMap((part, index) => (index ? [h("i", {}, name), part] : [part]));
}
