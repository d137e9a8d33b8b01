/** What is yet to be deleted, as this browser remembers it: a page that is left or killed cannot always send it any more. */

import type { Owner } from "@/lib/me";
import { remember, remembered } from "@/lib/remembered";

export interface Kept {
  id: string;
  owner: Owner; // who deleted it; the server would not let anybody else
  due: number; // ms since 1970; until then a page may offer to undo it
}

const KEY = "deletions";

/** All there are, of whoever uses this browser. */
export function readKept(): readonly Kept[] {
  try {
    const kept: unknown = JSON.parse(remembered(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as Kept[]) : [];
  } catch {
    return []; // something else stands there
  }
}

/** Remember these, each once. */
export function keep(ids: readonly string[], owner: Owner, due: number): void {
  write([...allBut(ids), ...ids.map((id) => ({ id, owner, due }))]);
}

/** They are deleted, or shall not be. */
export function drop(ids: readonly string[]): void {
  write(allBut(ids));
}

function allBut(ids: readonly string[]): readonly Kept[] {
  return readKept().filter(({ id }) => !ids.includes(id));
}

function write(all: readonly Kept[]): void {
  remember(KEY, all.length === 0 ? null : JSON.stringify(all));
}
