/**
 * Asks the server, and tells the news as it comes. A cut stream is no lost answer: the server goes on (and has
 * stored the question), so the answer is fetched at its address.
 *
 * @typedef {import("./types.js").Identification} Identification
 * @typedef {import("./types.js").Problem} Problem
 * @typedef {import("./types.js").ProviderEvent} ProviderEvent
 *
 * @typedef {{type: "accepted", url: string, id?: string}
 *   | {type: "provider", event: ProviderEvent}
 *   | {type: "reconnecting"}
 *   | {type: "so_far", body: Identification}
 *   | {type: "result", body: Identification}
 *   | {type: "problem", problem: Problem}} News
 *
 * @typedef {object} Means what the outside world is, for tests
 * @property {typeof globalThis.fetch} [fetch]
 * @property {(seconds: number) => Promise<void>} [wait]
 */

import { csrfHeader } from "./csrf.js";
import { readEvents } from "./sse.js";

export const IDENTIFY_URL = "/api/v1/plant-identification/identify/";
const POLL_SECONDS = 2; // where the server does not say
const POLLS_MAX = 90;

/** @type {(seconds: number) => Promise<void>} */
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/**
 * Send the question; the last news is a result or a problem.
 * @param {FormData} form
 * @param {Means} [means]
 * @returns {AsyncGenerator<News, void, void>}
 */
export async function* identify(form, means = {}) {
  const fetch = means.fetch ?? globalThis.fetch;
  let response;
  const headers = { Accept: "text/event-stream", ...csrfHeader() };
  try {
    response = await fetch(IDENTIFY_URL, { method: "POST", body: form, headers });
  } catch {
    yield { type: "problem", problem: { code: "unreachable", retryable: true } };
    return;
  }
  if (!response.ok) {
    yield { type: "problem", problem: await readProblem(response) };
    return;
  }
  yield* watch(response, means);
}

/**
 * @param {Response} response
 * @param {Means} means
 * @returns {AsyncGenerator<News, void, void>}
 */
async function* watch(response, means) {
  let url = response.headers.get("Location");
  try {
    for await (const event of readEvents(/** @type {ReadableStream<Uint8Array>} */ (response.body))) {
      const news = newsOf(event);
      if (news?.type === "accepted") url = news.url;
      if (news) yield news;
      if (news?.type === "result" || news?.type === "problem") return;
    }
  } catch {
    // the connection was cut; what follows is the same as for a stream that ended too early
  }
  if (url) yield* follow(url, means);
  else yield { type: "problem", problem: { code: "unreachable", retryable: true } };
}

/**
 * The news in an event; null for one this page does not know.
 * @param {import("./sse.js").ServerEvent} event
 * @returns {News | null}
 */
export function newsOf(event) {
  const data = JSON.parse(event.data);
  switch (event.type) {
    case "accepted":
      return { type: "accepted", url: data.url, id: data.id };
    case "provider":
      return { type: "provider", event: data };
    case "result":
      return { type: "result", body: data };
    case "problem":
      return { type: "problem", problem: data };
    default:
      return null;
  }
}

/**
 * Ask for an identification at its address until it has ended. A server out of reach is asked again: it may come back.
 * @param {string} url
 * @param {Means} [means]
 * @returns {AsyncGenerator<News, void, void>}
 */
export async function* follow(url, means = {}) {
  const { fetch = globalThis.fetch, wait = pause } = means;
  yield { type: "reconnecting" };
  for (let poll = 0; poll < POLLS_MAX; poll += 1) {
    const read = await lookAt(url, fetch);
    if (read.news) yield read.news;
    if (read.ended) return;
    await wait(read.seconds);
  }
  yield { type: "problem", problem: { code: "unreachable", retryable: true } };
}

/**
 * @param {string} url
 * @param {typeof globalThis.fetch} fetch
 * @returns {Promise<{news: News | null, ended: boolean, seconds: number}>}
 */
async function lookAt(url, fetch) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    const seconds = Number(response.headers.get("Retry-After")) || POLL_SECONDS;
    if (response.status >= 500) return { news: null, ended: false, seconds };
    if (!response.ok) {
      return { news: { type: "problem", problem: await readProblem(response) }, ended: true, seconds };
    }
    return { ...judge(await response.json()), seconds };
  } catch {
    return { news: null, ended: false, seconds: POLL_SECONDS };
  }
}

/**
 * What a stored identification is news of.
 * @param {Identification} body
 * @returns {{news: News, ended: boolean}}
 */
function judge(body) {
  if (body.status === "running") return { news: { type: "so_far", body }, ended: false };
  if (body.status === "complete") return { news: { type: "result", body }, ended: true };
  return { news: { type: "problem", problem: body.problem ?? { code: "internal-error" } }, ended: true };
}

/**
 * The problem in an answer that is no success; one without a readable body is a fault of the server or of a proxy.
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function readProblem(response) {
  const wait = Number(response.headers.get("Retry-After")) || null;
  try {
    const problem = await response.json();
    if (typeof problem?.code === "string") return { retry_after: wait, ...problem };
  } catch {
    // not ours: a proxy's page
  }
  return { code: response.status === 413 ? "body-too-large" : "internal-error", retry_after: wait, retryable: true };
}
