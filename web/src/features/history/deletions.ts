/** Deleting that can be undone: a plant leaves the page at once, and the server a few seconds later. */

import { useEffect, useSyncExternalStore } from "react";
import { useQueryClient } from "@tanstack/react-query";

import { call } from "@/lib/api/client";
import { ApiProblem } from "@/lib/api/problem";
import { lives } from "@/lib/identification/live";
import { addressOf } from "@/lib/identification/news";
import { type Owner, useMe } from "@/lib/me";

import { drop, keep, readKept } from "./kept";

export const UNDO_MS = 6000;

interface State {
  hidden: ReadonlySet<string>; // gone from the page: to be deleted, or deleted
  waiting: readonly string[]; // can be undone
  failed: number; // came back, since they could not be deleted
}

/** `erase` asks the server to delete one; throws when it did not. */
export class Deletions {
  #state: State = { hidden: new Set(), waiting: [], failed: 0 };
  readonly #listeners = new Set<() => void>();
  readonly #erased = new Map<string, () => void>();
  #owner: Owner | undefined; // undefined: not known yet
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lateTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly erase: (id: string) => Promise<void>) {}

  read = (): State => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Hide it now, delete it soon; `erased` hears when the server has done so. Several wait together. */
  remove(id: string, erased: () => void): void {
    const { hidden, waiting } = this.#state;
    this.#erased.set(id, erased);
    this.#change({ hidden: new Set([...hidden, id]), waiting: [...waiting, id], failed: 0 });
    this.#keepWaiting(Date.now() + UNDO_MS);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.send(), UNDO_MS);
  }

  /** Bring back all that wait. */
  undo(): void {
    clearTimeout(this.#timer);
    const { waiting } = this.#state;
    for (const id of waiting) this.#erased.delete(id);
    drop(waiting);
    this.#change({ hidden: this.#hiddenWithout(waiting), waiting: [], failed: 0 });
  }

  /** Delete all that wait, now: the time is up, or the visitor has turned to something else. */
  async send(): Promise<void> {
    await this.#send(this.#take(), true);
  }

  /** The same, while the page itself goes: what does not get through is left to the next visit. */
  async leave(): Promise<void> {
    await this.#send(this.#take(), false);
  }

  /** Those that wait, which do so no longer. */
  #take(): readonly string[] {
    clearTimeout(this.#timer);
    const { waiting } = this.#state;
    if (waiting.length === 0) return [];
    this.#keepWaiting(0);
    this.#change({ ...this.#state, waiting: [] });
    return waiting;
  }

  /** This person is here: what they left behind is deleted, once no other page of theirs can undo it; `erased` hears of it. */
  async belongTo(owner: Owner, erased: () => void): Promise<void> {
    clearTimeout(this.#lateTimer);
    this.#owner = owner;
    const now = Date.now();
    const theirs = readKept().filter((each) => each.owner === owner && !this.#state.waiting.includes(each.id));
    const next = Math.min(...theirs.map(({ due }) => due).filter((due) => due > now));
    if (next !== Infinity) this.#lateTimer = setTimeout(() => void this.belongTo(owner, erased), next - now);
    const late = theirs.filter(({ due }) => due <= now).map(({ id }) => id);
    for (const id of late) this.#erased.set(id, erased);
    this.#change({ ...this.#state, hidden: new Set([...this.#state.hidden, ...late]) });
    await this.#send(late, false);
  }

  /** Where nobody `isTold` of one that does not get through, it stays kept, and the next visit tries again. */
  async #send(ids: readonly string[], isTold: boolean): Promise<void> {
    await Promise.all(ids.map((id) => this.#sendOne(id, isTold)));
  }

  async #sendOne(id: string, isTold: boolean): Promise<void> {
    const erased = this.#erased.get(id);
    this.#erased.delete(id);
    try {
      await this.erase(id);
      drop([id]);
      erased?.();
    } catch {
      if (isTold) drop([id]);
      const { waiting, failed } = this.#state;
      this.#change({ hidden: this.#hiddenWithout([id]), waiting, failed: isTold ? failed + 1 : failed });
    }
  }

  #keepWaiting(due: number): void {
    if (this.#owner !== undefined) keep(this.#state.waiting, this.#owner, due);
  }

  #hiddenWithout(ids: readonly string[]): Set<string> {
    return new Set([...this.#state.hidden].filter((id) => !ids.includes(id)));
  }

  #change(state: State): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** `keepalive`: it arrives although the page is being left. One that is gone already is as good as deleted. */
async function erase(id: string): Promise<void> {
  try {
    await call(new URL(addressOf(id), window.location.href), { method: "DELETE", keepalive: true });
  } catch (error) {
    if (!(error instanceof ApiProblem && error.problem.status === 404)) throw error;
  }
  lives.forget(id);
}

export const deletions = new Deletions(erase);

export function useDeletions(): State {
  return useSyncExternalStore(deletions.subscribe, deletions.read);
}

/** Delete what an earlier page was left too fast for, as soon as it is known who is here. */
export function useDeletionsOpen(): void {
  const me = useMe();
  const queries = useQueryClient();
  useEffect(() => {
    if (me === undefined) return;
    void deletions.belongTo(me?.id ?? null, () => void queries.invalidateQueries({ queryKey: ["history"] }));
  }, [me, queries]);
}
