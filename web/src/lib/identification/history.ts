/** What this visitor asked before. */

import { api, dataOf } from "@/lib/api/client";
import type { Identification, IdentificationPage } from "@/lib/api/types";
import type { paths } from "@/lib/api/schema";
import type { CommonWords } from "@/lib/common/words";

const HISTORY = "/api/v1/plant-identification/identifications/";
export type HistoryQuery = NonNullable<paths[typeof HISTORY]["get"]["parameters"]["query"]>;

/** A page of this visitor's identifications, newest first. Throws ApiProblem. */
export async function readHistory(query: HistoryQuery, signal?: AbortSignal): Promise<IdentificationPage> {
  return dataOf(await api.GET(HISTORY, { params: { query }, signal: signal ?? null }));
}

/** The cursor in the address of the next page; null on the last. */
export function cursorOf(next: string | null): string | null {
  return next && new URL(next, window.location.href).searchParams.get("cursor");
}

/** The name of one in a list. */
export function shortName(body: Identification, words: CommonWords): string {
  if (body.status === "running") return words.stillLooking;
  if (body.status === "failed") return words.noAnswer;
  if (body.verdict?.level === "not_a_plant") return words.noPlant;
  return body.verdict?.name ?? words.notSure;
}
