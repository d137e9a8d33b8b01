/** The identifications that this page watches: each keeps its news, whoever is looking at it just now. */

import { useEffect, useSyncExternalStore } from "react";

import type { Picture } from "@/components/Gallery";
import type { Identification, Problem, ProviderReport, Suggestion, Verdict } from "@/lib/api/types";

import { follow, type News } from "./news";

export interface Live {
  phase: "running" | "complete" | "failed";
  reports: readonly ProviderReport[];
  soFar: { verdict: Verdict; suggestions: readonly Suggestion[] } | null;
  own: readonly Picture[]; // the asker's photos, until the server has them
  body: Identification | null;
  problem: Problem | null;
  reconnecting: boolean;
}

const NOTHING: Live = {
  phase: "running",
  reports: [],
  soFar: null,
  own: [],
  body: null,
  problem: null,
  reconnecting: false,
};

/** What it is after the news. */
export function after(live: Live, news: News): Live {
  switch (news.type) {
    case "provider": {
      const { report, so_far } = news.event;
      const others = live.reports.filter((each) => each.provider !== report.provider);
      return { ...live, reconnecting: false, reports: [...others, report], soFar: so_far ?? live.soFar };
    }
    case "so_far": {
      const { verdict, suggestions, providers } = news.body;
      return {
        ...live,
        reconnecting: false,
        body: news.body,
        reports: providers,
        soFar: verdict ? { verdict, suggestions } : live.soFar,
      };
    }
    case "result":
      return { ...live, phase: "complete", reconnecting: false, body: news.body, reports: news.body.providers };
    case "problem":
      return { ...live, phase: "failed", reconnecting: false, problem: news.problem };
    case "reconnecting":
      return { ...live, reconnecting: true };
    default:
      return live;
  }
}

class LiveStore {
  readonly #states = new Map<string, Live>();
  readonly #watched = new Set<string>();
  readonly #listeners = new Set<() => void>();

  read(id: string): Live {
    return this.#states.get(id) ?? NOTHING;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Somebody reads news of it elsewhere, and tells them here. */
  begin(id: string, own: readonly Picture[]): void {
    this.#watched.add(id);
    this.#set(id, { ...NOTHING, own });
  }

  tell(id: string, news: News): void {
    if (!this.#watched.has(id)) return; // of somebody who has left
    this.#set(id, after(this.read(id), news));
  }

  /** Read its news at its address, unless somebody does. */
  ensure(id: string): void {
    if (this.#watched.has(id)) return;
    this.#watched.add(id);
    void this.#follow(id);
  }

  /** What it is now is not known any more: something about it was changed. */
  forget(id: string): void {
    this.#watched.delete(id);
    this.#states.delete(id);
  }

  /** Somebody else sits here now. */
  forgetAll(): void {
    this.#watched.clear();
    this.#states.clear();
    for (const listener of this.#listeners) listener();
  }

  async #follow(id: string): Promise<void> {
    for await (const news of follow(id)) this.tell(id, news);
  }

  #set(id: string, live: Live): void {
    this.#states.set(id, live);
    for (const listener of this.#listeners) listener();
  }
}

export const lives = new LiveStore();

/** The identification, followed to its end. */
export function useLive(id: string): Live {
  useEffect(() => {
    lives.ensure(id);
  }, [id]);
  return useSyncExternalStore(lives.subscribe, () => lives.read(id));
}
