/** Whether there is a connection to the server, as far as the browser can tell. */

import { useSyncExternalStore } from "react";

const THIS_MACHINE = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** A server on the visitor's own machine is there without any network. */
export function isOffline(online = navigator.onLine, hostname = window.location.hostname): boolean {
  return !online && !THIS_MACHINE.has(hostname);
}

function subscribe(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}

export function useOffline(): boolean {
  return useSyncExternalStore(subscribe, () => isOffline());
}
