/** Who is signed in. */

import { queryOptions, type QueryClient, useQuery } from "@tanstack/react-query";

import { api, dataOf } from "./api/client";
import { csrfHeader } from "./api/csrf";
import { problemOf } from "./api/problem";
import type { Me } from "./api/types";
import { lives } from "./identification/live";

/** The id of an account, null for a visitor without one. */
export type Owner = number | null;

/** The account; null for somebody who is not signed in. Throws ApiProblem when the server does not say. */
export async function readMe(): Promise<Me | null> {
  // Signing in sets the CSRF cookie, which outlives the session: without it there is nobody to ask about.
  if (Object.keys(csrfHeader()).length === 0) return null;
  try {
    return dataOf(await api.GET("/api/v1/me/"));
  } catch (error) {
    if (problemOf(error).code === "unauthorized") return null;
    throw error;
  }
}

const ME = queryOptions({ queryKey: ["me"], queryFn: readMe, staleTime: 60_000 });

/** `undefined` while it is not known. */
export function useMe(): Me | null | undefined {
  return useQuery(ME).data;
}

/** Somebody else sits here from now on: nothing that was read before stays, what is on the page is read again. */
export async function personChanged(queries: QueryClient, me: Me | null): Promise<void> {
  await queries.cancelQueries();
  lives.forgetAll();
  queries.getMutationCache().clear();
  queries.removeQueries({ type: "inactive" });
  queries.setQueryData(ME.queryKey, me);
  // `clear()` would leave what is on the page as it is: its observers would never hear of it.
  await queries.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
}

/** The account has changed: read it again. */
export async function refreshMe(queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({ queryKey: ME.queryKey });
}
