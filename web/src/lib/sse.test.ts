import { expect, it } from "vitest";

import { EventParser, readEvents } from "./sse";

const STREAM =
  'event: accepted\nid: 1\ndata: {"id": "é"}\n\n: keep-alive\n\nevent: provider\r\ndata: a\r\ndata: b\r\n\r\ndata: cut';

function eventsOf(pieces: string[]) {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
}

it("reads events as the HTML standard does", () => {
  expect(eventsOf([STREAM])).toEqual([
    { type: "accepted", id: "1", data: '{"id": "é"}' },
    { type: "provider", id: "1", data: "a\nb" },
  ]);
});

it("reads the same wherever the stream is cut", () => {
  const whole = eventsOf([STREAM]);
  for (let at = 1; at < STREAM.length; at += 1) {
    expect(eventsOf([STREAM.slice(0, at), STREAM.slice(at)])).toEqual(whole);
  }
  expect(eventsOf([...STREAM])).toEqual(whole);
});

it("keeps a sign whose bytes arrive apart", async () => {
  const bytes = new TextEncoder().encode("data: é\n\n");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const events = [];
  for await (const event of readEvents(body)) events.push(event.data);
  expect(events).toEqual(["é"]);
});
