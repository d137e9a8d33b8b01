/** The options of a question: health, and the rough place. */

import { get } from "./elements.js";
import { findPlace, placeWords } from "./place.js";

/** @type {import("./place.js").Place | null} */
let place = null;

/** Make the place button work; it hides where browsers do not tell the place. */
export function setUpPlace() {
  const button = get("place");
  get("place-option").hidden = !("geolocation" in navigator) || !window.isSecureContext;
  button.addEventListener("click", () => (place ? forget() : find()));
}

async function find() {
  const button = /** @type {HTMLButtonElement} */ (get("place"));
  button.disabled = true;
  get("place-said").textContent = "Asking your browser …";
  try {
    place = await findPlace();
    button.textContent = "Do not use my place";
    get("place-said").textContent = `Using ${placeWords(place)}, give or take 5 km.`;
  } catch {
    get("place-said").textContent = "Your browser did not tell a place. That is fine: it works without.";
  } finally {
    button.disabled = false;
  }
}

function forget() {
  place = null;
  get("place").textContent = "Use my rough place";
  get("place-said").textContent = "";
}

/** @returns {import("./place.js").Place | null} */
export function chosenPlace() {
  return place;
}

/** @returns {HTMLInputElement} */
export function healthBox() {
  return /** @type {HTMLInputElement} */ (get("health"));
}
