/** A call that did not succeed, with a problem that the app has words for. */

import type { Problem } from "./types";

/** `code` is the server's (RFC 9457, member `code`), or `unreachable` and `offline`, which only a client can know. */
export class ApiProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
    this.name = "ApiProblem";
  }
}

/** The problem in an answer that is no success; one without a readable body is a fault of the server or of a proxy. */
export async function readProblem(response: Response): Promise<Problem> {
  const retry_after = Number(response.headers.get("Retry-After")) || null;
  try {
    const body: unknown = await response.json();
    if (isProblem(body)) return { retry_after, ...body };
  } catch {
    // not ours: a proxy's page
  }
  const code = response.status === 413 ? "body-too-large" : "internal-error";
  return { code, status: response.status, retry_after, retryable: true };
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";
}

/** The problem that an error stands for. */
export function problemOf(error: unknown): Problem {
  return error instanceof ApiProblem ? error.problem : { code: "internal-error" };
}
