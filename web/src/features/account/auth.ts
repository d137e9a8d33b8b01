/** Calls of the server's account routes (allauth's browser client): an answer, or ApiProblem. */

import { call } from "@/lib/api/client";
import { csrfHeader } from "@/lib/api/csrf";
import type { Problem } from "@/lib/api/types";

const BASE = "/api/v1/auth/browser/v1/";

export interface Answer<Data> {
  data: Data;
  meta: Record<string, unknown>;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

export async function ask<Data = unknown>(method: Method, path: string, body?: object): Promise<Answer<Data>> {
  if (method !== "GET") await haveCsrfCookie();
  const init = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await call(new URL(BASE + path, window.location.href), { method, ...init });
  return (await response.json()) as Answer<Data>;
}

/** Any answer of the account routes sets the cookie; a browser that was never here has none. */
export async function haveCsrfCookie(): Promise<void> {
  if (Object.keys(csrfHeader()).length === 0) await call(new URL(`${BASE}config`, window.location.href));
}

/** What stands beside a problem of these routes. */
export interface AuthProblem extends Problem {
  data?: { flows?: readonly Flow[] };
  meta?: Record<string, unknown>;
}

export interface Flow {
  id: string;
  is_pending?: boolean;
  types?: readonly string[];
}
