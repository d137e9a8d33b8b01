/** The way to the worker that makes photos smaller. */

import type { Done, Order } from "./shrink.worker";

export interface Prepared {
  blob: Blob; // what to send
  isReadable: boolean; // whether this browser can show it
}

let worker: Worker | undefined;
let last = 0;
const waiting = new Map<number, (blob: Blob | null) => void>();
const prepared = new WeakMap<File, Promise<Prepared>>();

/** The photo as it is sent, made once per file. One that the browser cannot read is sent as it is: the server may. */
export function prepare(file: File): Promise<Prepared> {
  let known = prepared.get(file);
  if (!known) {
    known = askWorker(file).then((blob) => (blob ? { blob, isReadable: true } : { blob: file, isReadable: false }));
    prepared.set(file, known);
  }
  return known;
}

function askWorker(file: File): Promise<Blob | null> {
  worker ??= start();
  const number = (last += 1);
  const done = new Promise<Blob | null>((resolve) => waiting.set(number, resolve));
  worker.postMessage({ number, file } satisfies Order);
  return done;
}

function start(): Worker {
  const started = new Worker(new URL("./shrink.worker.ts", import.meta.url), { type: "module" });
  started.onmessage = ({ data: { number, blob } }: MessageEvent<Done>) => {
    settle(number, blob);
  };
  started.onerror = () => {
    for (const number of waiting.keys()) settle(number, null); // then they are sent as they are
    worker = undefined;
  };
  return started;
}

function settle(number: number, blob: Blob | null): void {
  waiting.get(number)?.(blob);
  waiting.delete(number);
}
