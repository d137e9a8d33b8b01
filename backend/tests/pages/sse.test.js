import assert from "node:assert/strict";
import { test } from "node:test";

import { EventParser, readEvents } from "../../apps/pages/static/pages/sse.js";

const STREAM = 'event: provider\nid: 2\ndata: {"name": "Löwenzahn 🌼"}\n\n: keep-alive\n\nevent: result\nid: 3\ndata: {}\n\n';
const EVENTS = [
  { type: "provider", data: '{"name": "Löwenzahn 🌼"}', id: "2" },
  { type: "result", data: "{}", id: "3" },
];

/** A body that arrives in these pieces, and then ends or breaks. */
function bodyOf(pieces, broken = null) {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      if (broken) controller.error(broken);
      else controller.close();
    },
  });
}

async function collect(body) {
  const events = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

test("a stream cut at any byte gives the same events, also inside a sign and inside a line", async () => {
  const bytes = new TextEncoder().encode(STREAM);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    assert.deepEqual(await collect(bodyOf([bytes.slice(0, cut), bytes.slice(cut)])), EVENTS, `cut at ${cut}`);
  }
});

test("a stream in single bytes gives the same events with LF, CRLF and CR", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const bytes = new TextEncoder().encode(STREAM.replaceAll("\n", end));
    assert.deepEqual(await collect(bodyOf([...bytes].map((byte) => Uint8Array.of(byte)))), EVENTS, JSON.stringify(end));
  }
});

test("an event is there as soon as its empty line is, whatever the line end", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    assert.equal(new EventParser().push(`data: 1${end}${end}`).length, 1, JSON.stringify(end));
  }
});

test("a CRLF cut between its two signs is one line end", () => {
  const parser = new EventParser();
  assert.deepEqual(parser.push("data: a\r"), []);
  assert.deepEqual(parser.push(""), []);
  assert.deepEqual(parser.push("\ndata: b\r\n\r\n"), [{ type: "message", data: "a\nb", id: "" }]);
});

test("comments, unknown fields and events without data are no news", () => {
  const parser = new EventParser();
  assert.deepEqual(parser.push(": hello\n\nretry: 5\nnonsense\n\nevent: empty\n\n"), []);
  assert.deepEqual(parser.push("data: x\n\n"), [{ type: "message", data: "x", id: "" }]);
});

test("several data lines are joined; one space after the colon is not part of the value", () => {
  assert.deepEqual(new EventParser().push("data:a\ndata:  b\ndata\n\n"), [{ type: "message", data: "a\n b\n", id: "" }]);
});

test("an id stays until another comes, and one with a NUL is ignored", () => {
  const events = new EventParser().push("id: 7\ndata: a\n\nid: x\0\ndata: b\n\n");
  assert.deepEqual(events.map((event) => event.id), ["7", "7"]);
});

test("a leading byte order mark is not part of the first field", async () => {
  assert.equal((await collect(bodyOf([new TextEncoder().encode("\uFEFFdata: a\n\n")]))).length, 1);
});

test("an event cut off by the end of the stream is dropped", async () => {
  assert.deepEqual(await collect(bodyOf([new TextEncoder().encode("data: a\n\ndata: half")])), [
    { type: "message", data: "a", id: "" },
  ]);
});

test("a stream that breaks throws after the events before it were given", async () => {
  const seen = [];
  const body = new ReadableStream({
    pull(controller) {
      if (seen.length) controller.error(new TypeError("network"));
      else controller.enqueue(new TextEncoder().encode("data: a\n\n"));
    },
  }, { highWaterMark: 0 });
  await assert.rejects(async () => {
    for await (const event of readEvents(body)) seen.push(event.data);
  }, TypeError);
  assert.deepEqual(seen, ["a"]);
});

test("leaving early cancels the stream, so that the connection closes", async () => {
  let cancelled = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: a\n\n")),
    cancel: () => (cancelled = true),
  });
  for await (const event of readEvents(body)) {
    assert.equal(event.data, "a");
    break;
  }
  assert.equal(cancelled, true);
});
