import assert from "node:assert/strict";
import { test } from "node:test";

import { follow, identify, IDENTIFY_URL, readProblem } from "../../apps/pages/static/pages/identify.js";

const URL_OF_ONE = "/api/v1/plant-identification/identifications/11111111-2222-3333-4444-555555555555/";
const ACCEPTED = `event: accepted\nid: 1\ndata: {"id": "11111111-2222-3333-4444-555555555555", "url": "${URL_OF_ONE}"}\n\n`;
const RESULT = 'event: result\nid: 2\ndata: {"id": "x", "status": "complete", "sentence": "This is it."}\n\n';
const PROBLEM = 'event: problem\nid: 2\ndata: {"code": "no-provider-available", "retry_after": 30}\n\n';

/** An answer that streams `text`, and then ends, or breaks off. */
function stream(text, { broken = false, headers = {} } = {}) {
  let sent = false;
  const body = new ReadableStream({
    pull(controller) {
      if (!sent) controller.enqueue(new TextEncoder().encode(text));
      else if (broken) controller.error(new TypeError("network error"));
      else controller.close();
      sent = true;
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream", ...headers } });
}

function json(body, status = 200, headers = {}) {
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

/** A fetch that gives these answers in turn (an Error is thrown), with a record of what was asked and how long waited. */
function world(...answers) {
  const asked = [];
  const waited = [];
  return {
    asked,
    waited,
    means: {
      fetch: async (url, init) => {
        asked.push([init?.method ?? "GET", url, init?.headers?.Accept]);
        const answer = answers.shift();
        assert.ok(answer, `nothing is left to answer ${url}`);
        if (answer instanceof Error) throw answer;
        return answer;
      },
      wait: async (seconds) => void waited.push(seconds),
    },
  };
}

async function collect(news) {
  const all = [];
  for await (const each of news) all.push(each);
  return all;
}

test("a stream to its end gives its news and asks nothing else", async () => {
  const { means, asked } = world(stream(ACCEPTED + RESULT));
  const news = await collect(identify(new FormData(), means));
  assert.deepEqual(news.map((each) => each.type), ["accepted", "result"]);
  assert.deepEqual(asked, [["POST", IDENTIFY_URL, "text/event-stream"]]);
});

test("a stream cut after `accepted` is followed at the accepted address until it is done", async () => {
  const running = json({ status: "running", verdict: null }, 202, { "Retry-After": "3" });
  const { means, asked, waited } = world(stream(ACCEPTED, { broken: true }), running, json({ status: "complete", id: "x" }));
  const news = await collect(identify(new FormData(), means));
  assert.deepEqual(news.map((each) => each.type), ["accepted", "reconnecting", "so_far", "result"]);
  assert.deepEqual(asked.slice(1).map(([, url]) => url), [URL_OF_ONE, URL_OF_ONE]);
  assert.deepEqual(waited, [3]);
});

test("a stream that ends without a result is followed as well, by its Location if nothing else came", async () => {
  const { means } = world(stream("", { headers: { Location: URL_OF_ONE } }), json({ status: "complete", id: "x" }));
  assert.deepEqual((await collect(identify(new FormData(), means))).map((each) => each.type), ["reconnecting", "result"]);
});

test("a server out of reach is asked again until it is back", async () => {
  const { means } = world(new TypeError("down"), json({}, 502), json({ status: "complete", id: "x" }));
  assert.deepEqual((await collect(follow(URL_OF_ONE, means))).map((each) => each.type), ["reconnecting", "result"]);
});

test("a server that stays away is given up with a problem, not asked for ever", async () => {
  const { means, waited } = world(...Array.from({ length: 200 }, () => new TypeError("down")));
  const last = (await collect(follow(URL_OF_ONE, means))).at(-1);
  assert.equal(last.problem.code, "unreachable");
  assert.ok(waited.length < 200);
});

test("a question that does not leave the browser is a problem, and nothing is fetched", async () => {
  const { means, asked } = world(new TypeError("offline"));
  const news = await collect(identify(new FormData(), means));
  assert.equal(news[0].problem.code, "unreachable");
  assert.equal(asked.length, 1);
});

test("a refused question gives the problem of its body", async () => {
  const refused = json({ code: "photo-damaged", errors: [{ pointer: "#/images/1", detail: "cut off" }] }, 422);
  const [news] = await collect(identify(new FormData(), world(refused).means));
  assert.equal(news.problem.code, "photo-damaged");
  assert.equal(news.problem.errors[0].pointer, "#/images/1");
});

test("a problem event ends the news with its problem", async () => {
  const news = await collect(identify(new FormData(), world(stream(ACCEPTED + PROBLEM)).means));
  assert.deepEqual(news.at(-1).problem, { code: "no-provider-available", retry_after: 30 });
});

test("an identification that was deleted meanwhile is a problem and ends the following", async () => {
  const news = await collect(follow(URL_OF_ONE, world(json({ code: "not-found" }, 404)).means));
  assert.equal(news.at(-1).problem.code, "not-found");
});

test("a failed identification gives its stored problem", async () => {
  const failed = json({ status: "failed", problem: { code: "interrupted", retry_after: 1 } });
  assert.equal((await collect(follow(URL_OF_ONE, world(failed).means))).at(-1).problem.code, "interrupted");
});

test("a proxy's page instead of a problem becomes one, and keeps its Retry-After", async () => {
  const page = new Response("<html>", { status: 503, headers: { "Retry-After": "12" } });
  assert.deepEqual(await readProblem(page), { code: "internal-error", retry_after: 12, retryable: true });
  assert.equal((await readProblem(new Response("", { status: 413 }))).code, "body-too-large");
});
