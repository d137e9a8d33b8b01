/** Whether the visitor has a connection to the server, as far as the browser can tell. */

const THIS_MACHINE = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * A server on the visitor's own machine is there without any network.
 * @param {{onLine: boolean}} navigator
 * @param {{hostname: string}} location
 */
export function isOffline(navigator, location) {
  return !navigator.onLine && !THIS_MACHINE.has(location.hostname);
}
