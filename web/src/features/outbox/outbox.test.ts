import { Blob as StorableBlob } from "node:buffer";

import { createStore, entries } from "idb-keyval";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

import type { Question } from "@/lib/identification/question";

import { identification } from "../../../tests/identifications";
import { Outbox } from "./outbox";

const server = setupServer();
const body = identification();
const answer = `event: accepted\ndata: ${JSON.stringify({ id: body.id, url: body.url })}\n\nevent: result\ndata: ${JSON.stringify(body)}\n\n`;
const question: Question = {
  photos: [{ blob: new StorableBlob(["photo"]) as Blob, name: "a.jpg", organ: "leaf" }],
  language: "en",
  health: false,
  place: null,
};
let keys: (string | null)[] = [];
let database = 0;
let outboxes: Outbox[] = [];

beforeAll(async () => {
  // jsdom's blobs cannot be stored, and its forms take no others: these are of the platform below.
  vi.stubGlobal("FormData", (await new Response(new URLSearchParams()).formData()).constructor);
  Object.assign(URL, { createObjectURL: () => "blob:photo", revokeObjectURL: () => undefined }); // jsdom has neither
  server.listen({ onUnhandledRequest: "error" });
});
beforeEach(() => {
  keys = [];
  database += 1;
  outboxes = [];
});
afterEach(async () => {
  for (const outbox of outboxes) for (const item of outbox.items) await outbox.discard(item.key); // no timer stays
  server.resetHandlers();
});
afterAll(() => {
  server.close();
});

const store = () => createStore(`outbox-${String(database)}`, "questions");

function newOutbox(): Outbox {
  const outbox = new Outbox(store);
  outbox.belongTo(null);
  outboxes.push(outbox);
  return outbox;
}

function answers(reply: () => Response) {
  server.use(
    http.post("*/identify/", ({ request }) => {
      keys.push(request.headers.get("Idempotency-Key"));
      return reply();
    }),
  );
}

const takes = () => new HttpResponse(answer, { headers: { "Content-Type": "text/event-stream" } });
const stored = async () => (await entries<string, unknown>(store())).length;

it("lets go of a question as soon as the server has it", async () => {
  answers(takes);
  const outbox = newOutbox();
  const { delivery } = await outbox.add(question);
  expect(await delivery).toEqual({ type: "accepted", id: body.id });
  expect(outbox.items).toEqual([]);
  expect(await stored()).toBe(0);
});

it("keeps what did not get through, over a reload, and sends it once more with the same key", async () => {
  answers(() => HttpResponse.error());
  const first = newOutbox();
  expect(await (await first.add(question)).delivery).toMatchObject({ type: "waiting" });
  expect(await stored()).toBe(1);

  answers(takes);
  const second = newOutbox();
  await second.open();
  const [item] = second.items;
  if (!item) throw new Error("nothing was kept");
  expect(item.question.photos[0]).toMatchObject({ name: "a.jpg", organ: "leaf" });
  expect(await second.deliver(item.key)).toMatchObject({ type: "accepted" });
  expect(new Set(keys).size).toBe(1);
  expect(keys.length).toBeGreaterThanOrEqual(2);
});

it("waits as long as the server says when no service can answer", async () => {
  answers(() => HttpResponse.json({ code: "no-provider-available", status: 503, retry_after: 60 }, { status: 503 }));
  const outbox = newOutbox();
  const ended = await (await outbox.add(question)).delivery;
  if (ended.type !== "waiting") throw new Error(ended.type);
  expect(ended.item.notBefore - Date.now()).toBeGreaterThan(50_000);
  outbox.deliverAll();
  expect(keys).toHaveLength(1); // its time has not come
});

it("does not keep what the server refuses", async () => {
  answers(() => HttpResponse.json({ code: "photo-damaged", status: 422 }, { status: 422 }));
  const outbox = newOutbox();
  expect(await (await outbox.add(question)).delivery).toMatchObject({
    type: "refused",
    problem: { code: "photo-damaged" },
  });
  expect(await stored()).toBe(0);
});

it("sends one thing once, whoever asks for it at the same time", async () => {
  answers(() => HttpResponse.error());
  const outbox = newOutbox();
  await (
    await outbox.add(question)
  ).delivery;
  keys = [];
  answers(takes);
  const [item] = outbox.items;
  if (!item) throw new Error("nothing was kept");
  const [one, two] = await Promise.all([outbox.deliver(item.key), outbox.deliver(item.key)]);
  expect(one).toEqual(two);
  expect(keys).toHaveLength(1);
});

it("tells who listens which question became which identification", async () => {
  answers(takes);
  const outbox = newOutbox();
  const told: string[][] = [];
  outbox.onAccepted((...each) => told.push(each));
  const { key, delivery } = await outbox.add(question);
  await delivery;
  expect(told).toEqual([[key, body.id]]);
});

it("tells a page that opens later what became of the question, once", async () => {
  answers(takes);
  const outbox = newOutbox();
  const { key, delivery } = await outbox.add(question);
  await delivery;
  const told: string[][] = [];
  outbox.onAccepted((...each) => told.push(each));
  outbox.onAccepted((...each) => told.push(each));
  expect(told).toEqual([[key, body.id]]);
});

it("shows and sends nothing of one person to another", async () => {
  answers(() => HttpResponse.error());
  const outbox = newOutbox();
  outbox.belongTo(1);
  await (
    await outbox.add(question)
  ).delivery;
  keys = [];
  answers(takes);
  outbox.belongTo(2);
  outbox.deliverAll(0);
  expect(outbox.items).toEqual([]);
  expect(keys).toEqual([]);
  outbox.belongTo(1);
  expect(outbox.items).toHaveLength(1);
});

it("tells nobody what became of another's question", async () => {
  answers(takes);
  const outbox = newOutbox();
  outbox.belongTo(1);
  await (
    await outbox.add(question)
  ).delivery;
  outbox.belongTo(2);
  const told: string[][] = [];
  outbox.onAccepted((...each) => told.push(each));
  expect(told).toEqual([]);
});

it("sends a visitor's question once they have signed in for it", async () => {
  answers(() => HttpResponse.json({ code: "unauthorized", status: 401 }, { status: 401 }));
  const outbox = newOutbox();
  const { key, delivery } = await outbox.add(question);
  expect(await delivery).toMatchObject({ type: "waiting", item: { problem: { code: "unauthorized" } } });
  outbox.deliverAll(0);
  expect(keys).toHaveLength(1); // not again as a visitor

  answers(takes);
  const told = new Promise<string[]>((resolve) => outbox.onAccepted((...each) => resolve(each)));
  outbox.belongTo(7);
  expect(outbox.isHandedOver(key)).toBe(true);
  expect(await told).toEqual([key, body.id]);
});

it("sends it also where the browser reads what it kept later than the server says who is here", async () => {
  answers(() => HttpResponse.json({ code: "unauthorized", status: 401 }, { status: 401 }));
  const { key, delivery } = await newOutbox().add(question);
  await delivery;

  answers(takes);
  const reloaded = newOutbox();
  const told = new Promise<string[]>((resolve) => reloaded.onAccepted((...each) => resolve(each)));
  const reading = reloaded.open();
  reloaded.belongTo(7);
  await reading;
  expect(reloaded.isHandedOver(key)).toBe(true);
  expect(await told).toEqual([key, body.id]);
});

it("sends it also where its asker signed in while it was being refused", async () => {
  const outbox = newOutbox();
  answers(() => {
    outbox.belongTo(7);
    return HttpResponse.json({ code: "unauthorized", status: 401 }, { status: 401 });
  });
  const { key, delivery } = await outbox.add(question);
  expect(await delivery).toMatchObject({ type: "waiting", item: { owner: 7, problem: null } });
  expect(outbox.isHandedOver(key)).toBe(true);

  answers(takes);
  expect(await outbox.deliver(key)).toEqual({ type: "accepted", id: body.id });
});

it("sends also where the browser keeps nothing", async () => {
  answers(takes);
  const outbox = new Outbox(() => {
    throw new Error("no database");
  });
  expect(await (await outbox.add(question)).delivery).toMatchObject({ type: "accepted" });
  expect(outbox.isKept).toBe(false);
});
