/** The typed client of the API: every call gives data or throws ApiProblem. */

import createClient from "openapi-fetch";

import { csrfHeader } from "./csrf";
import { ApiProblem, readProblem } from "./problem";
import type { paths } from "./schema";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** `fetch` that throws ApiProblem instead of giving an answer that is no success; `send` does the sending. */
export async function call(
  input: RequestInfo | URL,
  init: RequestInit = {},
  send: (request: Request) => Promise<Response> = fetch,
): Promise<Response> {
  const request = new Request(input, init);
  if (!request.headers.has("Accept")) request.headers.set("Accept", "application/json");
  if (!SAFE.has(request.method)) {
    for (const [name, value] of Object.entries(csrfHeader())) request.headers.set(name, value);
  }
  let response: Response;
  try {
    response = await send(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new ApiProblem({ code: "unreachable", retryable: true });
  }
  if (!response.ok) throw new ApiProblem(await readProblem(response));
  return response;
}

/** openapi-fetch over `call`: `data` is there whenever no error was thrown. */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: (request) => call(request) });

/** The data of an answer that must have some. */
export function dataOf<T>({ data }: { data?: T | undefined }): T {
  if (data === undefined) throw new ApiProblem({ code: "internal-error" });
  return data;
}
