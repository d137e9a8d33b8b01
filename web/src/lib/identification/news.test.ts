import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { identification, report, verdict } from "../../../tests/identifications";
import { after, type Live } from "./live";
import { follow, identify, type News } from "./news";

const server = setupServer();
beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});
afterEach(() => {
  server.resetHandlers();
});
afterAll(() => {
  server.close();
});

const body = identification();
const event = (type: string, data: unknown) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
const accepted = event("accepted", { id: body.id, url: body.url });
const waits: number[] = [];
const means = {
  wait: (seconds: number) => {
    waits.push(seconds);
    return Promise.resolve();
  },
};

async function all(news: AsyncGenerator<News>): Promise<News[]> {
  const read = [];
  for await (const each of news) read.push(each);
  return read;
}

function streams(...texts: string[]) {
  server.use(
    http.post(
      "*/identify/",
      () => new HttpResponse(texts.join(""), { headers: { "Content-Type": "text/event-stream" } }),
    ),
  );
}

it("tells what the stream tells, to its end", async () => {
  streams(accepted, event("provider", { report: report(), sentence: null, so_far: null }), event("result", body));
  const news = await all(identify(new FormData(), "key", means));
  expect(news.map(({ type }) => type)).toEqual(["accepted", "provider", "result"]);
});

it("sends its key, so that the same question is the same identification", async () => {
  let key: string | null = "";
  server.use(
    http.post("*/identify/", ({ request }) => {
      key = request.headers.get("Idempotency-Key");
      return HttpResponse.error();
    }),
  );
  const news = await all(identify(new FormData(), "my-key", means));
  expect(key).toBe("my-key");
  expect(news).toEqual([{ type: "problem", problem: { code: "unreachable", retryable: true } }]);
});

it("fetches the answer of a stream that was cut", async () => {
  streams(accepted, 'event: provider\ndata: {"rep');
  const answers = [
    () => HttpResponse.error(),
    () => HttpResponse.json({ ...body, status: "running", verdict: null }),
    () => HttpResponse.json(body),
  ];
  server.use(http.get("*/identifications/:id/", () => answers.shift()?.() ?? HttpResponse.error()));
  const news = await all(identify(new FormData(), "key", means));
  expect(news.map(({ type }) => type)).toEqual(["accepted", "reconnecting", "so_far", "result"]);
});

it("follows at its address what another process of the server is at", async () => {
  server.use(
    http.post("*/identify/", () =>
      HttpResponse.json({ ...body, status: "running" }, { status: 202, headers: { Location: body.url } }),
    ),
    http.get("*/identifications/:id/", () => HttpResponse.json(body)),
  );
  expect((await all(identify(new FormData(), "key", means))).map(({ type }) => type)).toEqual(["accepted", "result"]);
});

it("waits as long as the server asks for", async () => {
  waits.length = 0;
  const answers = [
    HttpResponse.json({ ...body, status: "running" }, { status: 202, headers: { "Retry-After": "7" } }),
    HttpResponse.json(body),
  ];
  server.use(http.get("*/identifications/:id/", () => answers.shift() ?? HttpResponse.error()));
  await all(follow(body.id, means));
  expect(waits).toEqual([7]);
});

it("ends with the stored problem of one that failed", async () => {
  const problem = { code: "no-provider-available", retry_after: 30 };
  server.use(http.get("*/identifications/:id/", () => HttpResponse.json({ ...body, status: "failed", problem })));
  expect(await all(follow(body.id, means))).toEqual([{ type: "problem", problem }]);
});

it("takes a proxy's page for a fault, not for an answer", async () => {
  server.use(
    http.post(
      "*/identify/",
      () => new HttpResponse("<html>502</html>", { status: 502, headers: { "Content-Type": "text/html" } }),
    ),
  );
  const [news] = await all(identify(new FormData(), "key", means));
  expect(news).toMatchObject({ type: "problem", problem: { code: "internal-error", status: 502 } });
});

it("keeps the first verdict while the second service looks", () => {
  const start: Live = {
    phase: "running",
    reports: [],
    soFar: null,
    own: [],
    body: null,
    problem: null,
    reconnecting: true,
  };
  const soFar = { verdict: verdict({ level: "likely" }), suggestions: [] };
  const first = after(start, { type: "provider", event: { report: report(), sentence: "x", so_far: soFar } });
  expect(first).toMatchObject({ soFar, reconnecting: false });
  const second = after(first, {
    type: "provider",
    event: { report: report({ provider: "plantnet", state: "late" }), sentence: null, so_far: null },
  });
  expect(second.soFar).toEqual(soFar);
  expect(second.reports).toHaveLength(2);
});
