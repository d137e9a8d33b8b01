/** Where somebody wanted to go before signing in. */

const APP = /^\/(?:$|\?|#|(?:plants|care|status|account)(?:[/?#]|$))/;

/** The path when it is one of this site, else "/": nobody is led away by a link. */
export function safeNext(wanted: string | null, origin = window.location.origin): string {
  if (!wanted?.startsWith("/")) return "/";
  try {
    const url = new URL(wanted, origin);
    return url.origin === origin ? url.pathname + url.search + url.hash : "/";
  } catch {
    return "/";
  }
}

/** Whether the app itself shows it; other pages are the server's. */
export function isAppPath(path: string): boolean {
  return APP.test(path);
}
