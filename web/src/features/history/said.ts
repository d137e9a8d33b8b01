/** What a card says of a plant. */

import type { Identification } from "@/lib/api/types";

import type { HistoryWords } from "./words";

/** The common name of the plant that the answer names; "" when there is none. */
export function commonNameOf({ verdict, suggestions }: Identification): string {
  return suggestions.find((each) => each.name === verdict?.name)?.common_names[0] ?? "";
}

/** How sure the answer is, or how far it is. */
export function stateWord({ status, verdict }: Identification, words: HistoryWords): string {
  return status === "complete" && verdict ? words.levels[verdict.level] : words.states[status];
}

/** The names to choose another from. */
export function otherNames({ verdict, suggestions }: Identification): string[] {
  return suggestions.map((each) => each.name).filter((name) => name !== verdict?.name);
}
