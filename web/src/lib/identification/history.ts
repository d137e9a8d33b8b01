/** What this visitor asked before. */

import { api, dataOf } from "@/lib/api/client";
import type { Identification, IdentificationPage } from "@/lib/api/types";
import type { CommonWords } from "@/lib/common/words";

/** A page of this visitor's identifications, newest first. Throws ApiProblem. */
export async function readHistory(query: { page_size?: number; cursor?: string }): Promise<IdentificationPage> {
  return dataOf(await api.GET("/api/v1/plant-identification/identifications/", { params: { query } }));
}

/** The name of one in a list. */
export function shortName(body: Identification, words: CommonWords): string {
  if (body.status === "running") return words.stillLooking;
  if (body.status === "failed") return words.noAnswer;
  if (body.verdict?.level === "not_a_plant") return words.noPlant;
  return body.verdict?.name ?? words.notSure;
}
