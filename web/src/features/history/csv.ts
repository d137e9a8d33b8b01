/** Plants as a table that spreadsheets open. */

import type { Identification } from "@/lib/api/types";
import { type CommonWords, PROVIDERS } from "@/lib/common/words";
import { cursorOf, type HistoryQuery, readHistory, shortName } from "@/lib/identification/history";

import { commonNameOf, stateWord } from "./said";
import type { HistoryWords } from "./words";

const PAGE_SIZE = 100;
const FORMULA = /^[=+\-@\t\r]/;
const MARK = "\uFEFF"; // by which spreadsheets know UTF-8

/** One cell. A spreadsheet would carry out what begins like a formula, so an apostrophe makes it text. */
export function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The table with its first line. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return MARK + rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** The table of these plants. */
export function tableOf(plants: readonly Identification[], words: HistoryWords, common: CommonWords): string[][] {
  const { columns } = words;
  const first = [
    columns.date,
    columns.name,
    columns.commonName,
    columns.family,
    columns.level,
    PROVIDERS.plant_id,
    PROVIDERS.plantnet,
    columns.said,
    columns.address,
  ];
  return [first, ...plants.map((plant) => rowOf(plant, words, common))];
}

function rowOf(plant: Identification, words: HistoryWords, common: CommonWords): string[] {
  const named = plant.suggestions.find((each) => each.name === plant.verdict?.name);
  const score = (provider: "plant_id" | "plantnet") => String(named?.scores[provider] ?? "");
  return [
    plant.created_at,
    shortName(plant, common),
    commonNameOf(plant),
    named?.family ?? "",
    stateWord(plant, words),
    score("plant_id"),
    score("plantnet"),
    words.feedback(plant.feedback),
    new URL(`/plants/${plant.id}`, window.location.href).href,
  ];
}

/** All plants of the query, page by page; `progress` hears how many there are so far. Throws ApiProblem. */
export async function readAll(
  query: HistoryQuery,
  progress: (count: number) => void,
  signal: AbortSignal,
): Promise<Identification[]> {
  const all: Identification[] = [];
  let cursor: string | null = null;
  do {
    const page = await readHistory({ ...query, page_size: PAGE_SIZE, ...(cursor && { cursor }) }, signal);
    all.push(...page.results);
    progress(all.length);
    cursor = cursorOf(page.next);
  } while (cursor);
  return all;
}
