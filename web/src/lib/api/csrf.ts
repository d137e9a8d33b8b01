/** The proof that a request comes from our own pages; whoever is signed in by cookie needs it to change something. */

const NAMES = ["__Host-csrftoken", "csrftoken"];

/** The header, or nothing while the browser has no token. */
export function csrfHeader(cookies = document.cookie): Record<string, string> {
  for (const pair of cookies.split("; ")) {
    const [name = "", value] = pair.split("=", 2);
    if (NAMES.includes(name) && value) return { "X-CSRFToken": value };
  }
  return {};
}
