/**
 * Questions on their way to the server. Each is kept on this device until the server has it, and carries a key, so that
 * one that is sent twice (a cut line, a reload, a second tab) is one identification and one bill.
 */

import { createStore, del, entries, set, type UseStore } from "idb-keyval";

import type { Picture } from "@/components/Gallery";
import type { Problem } from "@/lib/api/types";
import { forgetSoon } from "@/lib/blobs";
import { isOffline } from "@/lib/connection";
import { lives } from "@/lib/identification/live";
import { identify, type News } from "@/lib/identification/news";
import { formOf, type Question } from "@/lib/identification/question";
import type { Owner } from "@/lib/me";

export interface Item {
  key: string;
  owner: Owner; // who asked; nobody else sees or sends it (law 12)
  question: Question;
  addedAt: number; // ms since 1970
  notBefore: number; // the moment of the next try; 0 at once
  problem: Problem | null; // why it is still here
}

/** How a delivery ended: the server has it, it waits here for another try, or the server refused it. */
export type Delivery =
  { type: "accepted"; id: string } | { type: "waiting"; item: Item } | { type: "refused"; problem: Problem };

/** Hears that the question `key` became the identification `id`. */
type Accepted = (key: string, id: string) => void;

const NEVER = Number.MAX_SAFE_INTEGER; // not by itself: something else has to happen first
const RETRY_SECONDS = 15; // where nobody says
const WAITING = new Set(["offline", "unreachable", "no-provider-available", "interrupted"]); // nothing of these is the question's fault

export class Outbox {
  #items: readonly Item[] = [];
  #shown: readonly Item[] = [];
  #owner: Owner | undefined; // undefined: not known yet, so nothing is shown or sent by itself
  #isKept = true;
  readonly #sending = new Map<string, Promise<Delivery>>();
  readonly #shareSent = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  readonly #handedOver = new Set<string>();
  readonly #accepted = new Set<Accepted>();
  readonly #unheard: Parameters<Accepted>[] = []; // accepted while no page listened
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: () => UseStore = () => createStore("plant-community-outbox", "questions")) {}

  /** What the one who is here now has not sent yet. */
  get items(): readonly Item[] {
    return this.#shown;
  }

  /** From now on this person is here; what waits is sent when it is theirs. */
  belongTo(owner: Owner): void {
    if (owner === this.#owner) return;
    this.#owner = owner;
    this.#unheard.length = 0; // it was theirs who are gone
    this.#change(this.#items.map((item) => this.#handedTo(owner, item)));
    this.deliverAll();
  }

  /** Whether its asker has just signed in for it, and so waits for its answer. */
  isHandedOver(key: string): boolean {
    return this.#handedOver.has(key);
  }

  /** Whether this browser keeps what is here when the page is closed. */
  get isKept(): boolean {
    return this.#isKept;
  }

  isSending(key: string): boolean {
    return this.#sending.has(key);
  }

  /** How much of it has left, 0..1; null while nothing is on its way. */
  shareSent(key: string): number | null {
    return this.#shareSent.get(key) ?? null;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** `tell` hears of each question that the server has taken; of those that nobody heard of, at once. */
  onAccepted(tell: Accepted): () => void {
    this.#accepted.add(tell);
    for (const each of this.#unheard.splice(0)) tell(...each);
    return () => this.#accepted.delete(tell);
  }

  readonly #connected = () => {
    this.deliverAll(0);
  };

  /** Read what an earlier visit left, and send it. */
  async open(): Promise<void> {
    const left = await this.#tryToStore((store) => entries<string, Item>(store));
    const known = new Set(this.#items.map((item) => item.key));
    const found = (left ?? []).map(([, item]) => item).filter((item) => !known.has(item.key));
    // Reading may take longer than asking the server who is here: then they have signed in already.
    this.#change([...this.#items, ...found.map((item) => this.#handedTo(this.#owner, item))]);
    window.addEventListener("online", this.#connected); // the same one again is none more
    this.deliverAll();
  }

  /** Keep the question, and send it. */
  async add(question: Question): Promise<{ key: string; delivery: Promise<Delivery> }> {
    const item: Item = {
      key: crypto.randomUUID(),
      owner: this.#owner ?? null,
      question,
      addedAt: Date.now(),
      notBefore: 0,
      problem: null,
    };
    this.#change([...this.#items, item]);
    await this.#tryToStore((store) => set(item.key, item, store));
    return { key: item.key, delivery: this.deliver(item.key) };
  }

  /** Send all whose time has come; those that wait for a connection `now` anyway, when there is one again. */
  deliverAll(now = Date.now()): void {
    for (const item of this.#shown) {
      const isHeldBack = item.problem?.code === "unauthorized" || item.problem?.code === "no-provider-available";
      if (now === 0 ? !isHeldBack : item.notBefore <= now) void this.deliver(item.key);
    }
    this.#plan();
  }

  /** Send one; two who ask for it at once get one sending. */
  deliver(key: string): Promise<Delivery> {
    const running = this.#sending.get(key);
    if (running) return running;
    const delivery = this.#deliver(key).finally(() => {
      this.#sending.delete(key);
      this.#shareSent.delete(key);
      this.#tell();
      this.#plan();
    });
    this.#sending.set(key, delivery);
    this.#tell();
    return delivery;
  }

  async discard(key: string): Promise<void> {
    this.#change(this.#items.filter((item) => item.key !== key));
    await this.#tryToStore((store) => del(key, store));
  }

  /** The item, with who has signed in for it as its asker. */
  #handedTo(owner: Owner | undefined, item: Item): Item {
    if (typeof owner !== "number" || !isRefusedVisitors(item)) return item;
    this.#handedOver.add(item.key);
    return { ...item, owner, problem: null, notBefore: 0 };
  }

  async #deliver(key: string): Promise<Delivery> {
    const item = this.#items.find((each) => each.key === key);
    if (!item) return { type: "refused", problem: { code: "gone" } };
    if (isOffline()) return this.#wait(item, { code: "offline" });
    const sent = (share: number) => {
      this.#shareSent.set(key, share);
      this.#tell();
    };
    const all = identify(formOf(item.question), key, { sent });
    for (;;) {
      const { value: news } = await all.next();
      if (!news) return this.#wait(item, { code: "unreachable" });
      if (news.type === "accepted") {
        await this.discard(key);
        const own = picturesOf(item);
        lives.begin(news.id, own);
        void tellTheRest(news.id, all, own);
        if (this.#accepted.size === 0) this.#unheard.push([key, news.id]);
        for (const tell of this.#accepted) tell(key, news.id);
        return news;
      }
      if (news.type === "problem") return await this.#refuse(item, news.problem);
    }
  }

  async #refuse(item: Item, problem: Problem): Promise<Delivery> {
    if (problem.code === "unauthorized" && item.owner === null) return this.#wait(item, problem, NEVER);
    if (WAITING.has(problem.code) || (problem.status ?? 0) >= 500) return this.#wait(item, problem);
    await this.discard(item.key);
    return { type: "refused", problem };
  }

  async #wait(item: Item, problem: Problem, moment?: number): Promise<Delivery> {
    const notBefore = moment ?? Date.now() + (problem.retry_after ?? RETRY_SECONDS) * 1000;
    const later = this.#handedTo(this.#owner, { ...item, problem, notBefore }); // they may have signed in meanwhile
    this.#change(this.#items.map((each) => (each.key === item.key ? later : each)));
    await this.#tryToStore((store) => set(later.key, later, store));
    return { type: "waiting", item: later };
  }

  /** Come back when the next one's time has come. */
  #plan(): void {
    clearTimeout(this.#timer);
    const times = this.#shown.filter((item) => !this.#sending.has(item.key)).map((item) => item.notBefore);
    if (times.length === 0 || Math.min(...times) === NEVER) return;
    const wait = Math.max(1000, Math.min(...times) - Date.now());
    this.#timer = setTimeout(() => {
      this.deliverAll();
    }, wait);
  }

  /** A browser that keeps nothing (private windows of some) sends all the same. */
  async #tryToStore<T>(work: (store: UseStore) => Promise<T>): Promise<T | undefined> {
    try {
      return await work(this.store());
    } catch {
      this.#isKept = false;
      return undefined;
    }
  }

  #change(items: readonly Item[]): void {
    this.#items = items;
    this.#shown = items.filter((item) => item.owner === this.#owner);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Whether it waits for its asker to sign in: whoever does so on this device next is taken for them. */
function isRefusedVisitors({ owner, problem }: Item): boolean {
  return owner === null && problem?.code === "unauthorized";
}

/** The page shows the device's own photos until the answer has the server's. */
async function tellTheRest(id: string, all: AsyncGenerator<News, void, void>, own: readonly Picture[]): Promise<void> {
  for await (const news of all) lives.tell(id, news);
  for (const { url } of own) forgetSoon(url);
}

function picturesOf(item: Item): Picture[] {
  return item.question.photos.map((photo, index) => ({ url: URL.createObjectURL(photo.blob), alt: String(index + 1) }));
}

export const outbox = new Outbox();
