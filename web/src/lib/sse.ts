/** Server-sent events out of a byte stream, as the HTML standard reads them; `EventSource` cannot send a POST. */

export interface ServerEvent {
  type: string; // "message" when the server named none
  data: string;
  id: string; // the last id seen, "" before the first
}

const LINE_END = /\r\n|\n|\r/;

/** Takes text in pieces cut anywhere, gives the events that are complete. */
export class EventParser {
  #rest = "";
  #endedInCr = false;
  #type = "";
  #data: string[] = [];
  #id = "";

  /** The events that `text` completes. */
  push(text: string): ServerEvent[] {
    this.#rest += this.#endedInCr && text.startsWith("\n") ? text.slice(1) : text; // the LF of a CRLF cut in two
    if (text) this.#endedInCr = text.endsWith("\r");
    const events: ServerEvent[] = [];
    for (let line = this.#takeLine(); line !== null; line = this.#takeLine()) {
      const event = this.#read(line);
      if (event) events.push(event);
    }
    return events;
  }

  #takeLine(): string | null {
    const found = LINE_END.exec(this.#rest);
    if (!found) return null;
    const line = this.#rest.slice(0, found.index);
    this.#rest = this.#rest.slice(found.index + found[0].length);
    return line;
  }

  #read(line: string): ServerEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null; // a comment, which keeps the connection open
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #dispatch(): ServerEvent | null {
    const event = { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#type = "";
    this.#data = [];
    return isEmpty ? null : event;
  }
}

/** The events of a response body as they arrive. An event that the end cuts off is dropped. Throws when the stream does. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void, void> {
  const parser = new EventParser();
  const decoder = new TextDecoder(); // keeps a sign that a piece cut in two, and takes a leading BOM away
  const reader = body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      yield* parser.push(decoder.decode(piece.value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => undefined); // nobody listens any more
  }
}
