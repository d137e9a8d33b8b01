/**
 * The service worker: the app opens without a network. It keeps the app's own files, nothing of the API: whose answers
 * they are is the server's to say, and questions that wait are kept by the page.
 */

/// <reference lib="webworker" />
declare const self: ServiceWorkerGlobalScope;

const CACHE = "app-v1";
const SHELL = "/";
const FILES = "/static/web/";

self.addEventListener("install", (event) => {
  event.waitUntil(keepApp().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith(FILES)) event.respondWith(fromCacheFirst(request));
  else if (request.mode === "navigate" && isAppPage(url.pathname)) event.respondWith(fromNetworkFirst(request));
});

/** The pages that the shell shows; the server's own pages are never answered from here. */
function isAppPage(path: string): boolean {
  return path === "/" || /^\/(plants|care|status|account)(\/|$)/.test(path);
}

interface ManifestChunk {
  file: string;
  css?: string[];
}

/** Fetch the shell and every file of this build: a page that was never opened works offline, too. */
async function keepApp(): Promise<void> {
  const cache = await caches.open(CACHE);
  const manifest = (await (await fetch(`${FILES}manifest.json`)).json()) as Record<string, ManifestChunk>;
  const files = new Set(Object.values(manifest).flatMap(({ file, css = [] }) => [file, ...css]));
  const wanted = [
    SHELL,
    "/manifest.webmanifest",
    `${FILES}icon.svg`,
    ...[...files].filter((file) => file !== "sw.js").map((file) => FILES + file),
  ];
  const kept = await cache.keys();
  await Promise.all(
    kept.filter(({ url }) => !wanted.includes(new URL(url).pathname)).map((request) => cache.delete(request)),
  );
  await cache.addAll(wanted);
}

/** Files have their content's digest in their name, so what is kept is right. */
async function fromCacheFirst(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function fromNetworkFirst(request: Request): Promise<Response> {
  try {
    const response = await fetch(request);
    if (response.ok) await (await caches.open(CACHE)).put(SHELL, response.clone());
    return response;
  } catch {
    return (await caches.match(SHELL)) ?? Response.error();
  }
}

export {};
