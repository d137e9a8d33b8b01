/**
 * The rest of the API that the page uses. Each call throws ApiProblem, with a problem that `words.js` has words for.
 *
 * @typedef {import("./types.js").Identification} Identification
 * @typedef {import("./types.js").Problem} Problem
 */

import { csrfHeader } from "./csrf.js";
import { readProblem } from "./identify.js";

const BASE = "/api/v1/plant-identification/identifications/";
const RECENT = 12;

/** A call that did not succeed. */
export class ApiProblem extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/**
 * @param {string} url
 * @param {RequestInit} [init]
 * @returns {Promise<Response>}
 */
async function call(url, init = {}) {
  let response;
  try {
    response = await fetch(url, { headers: { Accept: "application/json" }, ...init });
  } catch {
    throw new ApiProblem({ code: "unreachable", retryable: true });
  }
  if (!response.ok) throw new ApiProblem(await readProblem(response));
  return response;
}

/**
 * The address of one identification.
 * @param {string} id
 */
export function addressOf(id) {
  return `${BASE}${encodeURIComponent(id)}/`;
}

/**
 * @param {string} id
 * @returns {Promise<Identification>}
 */
export async function readIdentification(id) {
  return (await call(addressOf(id))).json();
}

/**
 * A page of this visitor's identifications, newest first.
 * @param {string | null} [next] the address that the page before named
 * @returns {Promise<{results: Identification[], next: string | null}>}
 */
export async function readHistory(next = null) {
  const url = next ? new URL(next, location.href) : null; // its host may be a proxy's: only path and query count
  const response = await call(url ? url.pathname + url.search : `${BASE}?page_size=${RECENT}`);
  return response.json();
}

/**
 * @param {Identification} body
 * @param {import("./types.js").Feedback} feedback
 * @returns {Promise<import("./types.js").Feedback>}
 */
export async function sendFeedback(body, feedback) {
  const response = await call(`${addressOf(body.id)}feedback/`, {
    method: "POST",
    body: JSON.stringify(feedback),
    headers: { "Content-Type": "application/json", Accept: "application/json", ...csrfHeader() },
  });
  return response.json();
}

/** @param {Identification} body */
export async function deleteIdentification(body) {
  await call(addressOf(body.id), { method: "DELETE", headers: { Accept: "application/json", ...csrfHeader() } });
}

/**
 * The stored photos of an identification as files, to ask again with them.
 * @param {Identification} body
 * @returns {Promise<{file: File, organ: string}[]>}
 */
export async function readPhotos(body) {
  return Promise.all(
    body.photos.map(async (photo) => {
      const blob = await (await call(photo.url, { headers: {} })).blob();
      return { file: new File([blob], `photo-${photo.position + 1}.jpg`, { type: "image/jpeg" }), organ: photo.organ };
    }),
  );
}

/**
 * What this server offers; both providers while it does not say.
 * @returns {Promise<{providers: import("./types.js").ProviderName[]}>}
 */
export async function readAbout() {
  try {
    return await (await call("/api/v1/about/")).json();
  } catch {
    return { providers: ["plant_id", "plantnet"] };
  }
}
