/** The proof that a request comes from our own pages; whoever is signed in by cookie needs it to change something. */

const NAMES = ["__Host-csrftoken", "csrftoken"];

/**
 * @param {string} [cookies]
 * @returns {Record<string, string>} the header, or nothing while nobody has signed in
 */
export function csrfHeader(cookies = globalThis.document?.cookie ?? "") {
  for (const pair of cookies.split("; ")) {
    const [name, value] = pair.split("=", 2);
    if (NAMES.includes(name) && value) return { "X-CSRFToken": value };
  }
  return {};
}
