/** Days of use as the chart shows them: also those on which nothing was asked. */

import type { Use } from "@/lib/api/types";

export interface Day {
  day: string; // 2026-11-25
  use: Use | null;
}

const DAY_MS = 86_400_000;

/** Every day from the first to the last, both included. */
export function everyDay(from: string, to: string, used: readonly (Use & { day: string })[]): readonly Day[] {
  const found = new Map(used.map((use) => [use.day, use]));
  const first = Date.parse(`${from}T00:00:00Z`);
  const count = Math.round((Date.parse(`${to}T00:00:00Z`) - first) / DAY_MS) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const day = new Date(first + index * DAY_MS).toISOString().slice(0, 10);
    return { day, use: found.get(day) ?? null };
  });
}

/** The end of the scale: a round number that the largest bar fits under. */
export function scaleEnd(largest: number): number {
  if (largest <= 5) return 5;
  const size = 10 ** Math.floor(Math.log10(largest));
  return ([1, 2, 5, 10].find((step) => step * size >= largest) ?? 10) * size;
}
