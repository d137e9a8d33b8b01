/** Deleting that can be undone: a plant leaves the page at once, and the server a few seconds later. */

import { useSyncExternalStore } from "react";

import { call } from "@/lib/api/client";
import { ApiProblem } from "@/lib/api/problem";
import { lives } from "@/lib/identification/live";
import { addressOf } from "@/lib/identification/news";

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
  #timer: ReturnType<typeof setTimeout> | undefined;

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
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.send(), UNDO_MS);
  }

  /** Bring back all that wait. */
  undo(): void {
    clearTimeout(this.#timer);
    const { waiting } = this.#state;
    for (const id of waiting) this.#erased.delete(id);
    this.#change({ hidden: this.#hiddenWithout(waiting), waiting: [], failed: 0 });
  }

  /** Delete all that wait, now: the time is up, or the page is left. */
  async send(): Promise<void> {
    clearTimeout(this.#timer);
    const ids = this.#state.waiting;
    if (ids.length === 0) return;
    this.#change({ ...this.#state, waiting: [] });
    await Promise.all(ids.map((id) => this.#send(id)));
  }

  async #send(id: string): Promise<void> {
    const erased = this.#erased.get(id);
    this.#erased.delete(id);
    try {
      await this.erase(id);
      erased?.();
    } catch {
      const { waiting, failed } = this.#state;
      this.#change({ hidden: this.#hiddenWithout([id]), waiting, failed: failed + 1 });
    }
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
