/** What happens to one identification, as it is told: over a stream of events, or by asking at its address. */

import { call } from "@/lib/api/client";
import { ApiProblem, problemOf, readProblem } from "@/lib/api/problem";
import type { AcceptedEvent, Identification, Problem, ProviderEvent } from "@/lib/api/types";
import { upload } from "@/lib/api/upload";
import { readEvents, type ServerEvent } from "@/lib/sse";

export type News =
  | { type: "accepted"; id: string }
  | { type: "provider"; event: ProviderEvent }
  | { type: "reconnecting" }
  | { type: "so_far"; body: Identification }
  | { type: "result"; body: Identification }
  | { type: "problem"; problem: Problem };

export const IDENTIFY_URL = "/api/v1/plant-identification/identify/";
const POLL_SECONDS = 2; // where the server does not say
const POLLS_MAX = 120;

export interface Means {
  wait?: (seconds: number) => Promise<void>; // the outside world, for tests
  sent?: (share: number) => void; // hears how much of the question has left, 0..1
}

const pause = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

/** The address of one identification. */
export function addressOf(id: string): string {
  return `/api/v1/plant-identification/identifications/${encodeURIComponent(id)}/`;
}

/**
 * Send the question; the last news is a result or a problem. With the same `key` it is the same identification, however
 * often it is sent. A cut stream is no lost answer: the server goes on, so the answer is fetched at its address.
 */
export async function* identify(form: FormData, key: string, means: Means = {}): AsyncGenerator<News, void, void> {
  const headers = { Accept: "text/event-stream", "Idempotency-Key": key };
  let response: Response;
  try {
    const address = new URL(IDENTIFY_URL, window.location.href);
    const { sent = () => undefined } = means;
    response = await call(address, { method: "POST", body: form, headers }, (request) => upload(request, form, sent));
  } catch (error) {
    yield { type: "problem", problem: problemOf(error) };
    return;
  }
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    yield* followAt(response, means); // another process of the server is at it, so there is no stream here
    return;
  }
  let id = "";
  try {
    for await (const event of eventsOf(response)) {
      const news = newsOf(event);
      if (news?.type === "accepted") id = news.id;
      if (news) yield news;
      if (news?.type === "result" || news?.type === "problem") return;
    }
  } catch {
    // the connection was cut; what follows is the same as for a stream that ended too early
  }
  if (id) yield* follow(id, means);
  else yield { type: "problem", problem: { code: "unreachable", retryable: true } };
}

/** The news of the identification whose address stands in the answer's head. */
async function* followAt(response: Response, means: Means): AsyncGenerator<News, void, void> {
  const address = response.headers.get("Location") ?? response.headers.get("Content-Location") ?? "";
  const id = /identifications\/([0-9a-f-]{36})\//i.exec(address)?.[1];
  if (id) {
    yield { type: "accepted", id };
    yield* follow(id, means);
  } else yield { type: "problem", problem: { code: "internal-error" } };
}

function eventsOf(response: Response): AsyncGenerator<ServerEvent, void, void> {
  if (!response.body) throw new ApiProblem({ code: "unreachable" });
  return readEvents(response.body);
}

/** The news in an event; null for one this app does not know. */
export function newsOf({ type, data }: ServerEvent): News | null {
  switch (type) {
    case "accepted":
      return { type, id: (JSON.parse(data) as AcceptedEvent).id };
    case "provider":
      return { type, event: JSON.parse(data) as ProviderEvent };
    case "result":
      return { type, body: JSON.parse(data) as Identification };
    case "problem":
      return { type, problem: JSON.parse(data) as Problem };
    default:
      return null;
  }
}

/** Ask at its address until it has ended. A server out of reach is asked again: it may come back. */
export async function* follow(id: string, { wait = pause }: Means = {}): AsyncGenerator<News, void, void> {
  for (let poll = 0; poll < POLLS_MAX; poll += 1) {
    const { news, seconds } = await lookAt(id);
    yield news;
    if (news.type === "result" || news.type === "problem") return;
    await wait(seconds);
  }
  yield { type: "problem", problem: { code: "unreachable", retryable: true } };
}

async function lookAt(id: string): Promise<{ news: News; seconds: number }> {
  const away = { news: { type: "reconnecting" } as const, seconds: POLL_SECONDS };
  let response: Response;
  try {
    response = await fetch(addressOf(id), { headers: { Accept: "application/json" } });
    const seconds = Number(response.headers.get("Retry-After")) || POLL_SECONDS;
    if (response.status >= 500) return { ...away, seconds };
    if (!response.ok) return { news: { type: "problem", problem: await readProblem(response) }, seconds };
    return { news: judge((await response.json()) as Identification), seconds };
  } catch {
    return away;
  }
}

/** What a stored identification is news of. */
function judge(body: Identification): News {
  if (body.status === "running") return { type: "so_far", body };
  if (body.status === "complete") return { type: "result", body };
  return { type: "problem", problem: (body.problem as Problem | null) ?? { code: "internal-error" } };
}
