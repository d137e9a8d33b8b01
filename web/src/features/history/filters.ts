/** Which plants are shown; it stands in the address, so that a link and Back show the same. */

import type { HistoryQuery } from "@/lib/identification/history";

export const LEVELS = ["sure", "likely", "maybe", "group", "unsure", "not_a_plant"] as const;
export const STATES = ["complete", "running", "failed"] as const;

export interface Filters {
  q: string;
  level: (typeof LEVELS)[number] | "";
  status: (typeof STATES)[number] | "";
}

/** The filters in an address; a word that is none of ours filters nothing. */
export function readFilters(params: URLSearchParams): Filters {
  return {
    q: (params.get("q") ?? "").trim(),
    level: LEVELS.find((each) => each === params.get("level")) ?? "",
    status: STATES.find((each) => each === params.get("status")) ?? "",
  };
}

/** The filters that are set, as an address carries them. */
export function writeFilters(filters: Filters): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value));
}

export function isFiltering({ q, level, status }: Filters): boolean {
  return Boolean(q || level || status);
}

/** The filters as the API takes them. */
export function queryOf({ q, level, status }: Filters): HistoryQuery {
  return { ...(q && { q }), ...(level && { level: [level] }), ...(status && { status }) };
}
