/** What this page holds itself and shows, or gives the visitor to keep: photos, and the files it writes. */

const READ_MS = 60_000; // until then a picture is loaded, or a download has begun, however busy the device is

/** Forget the address, but not under the hands of a picture or a download that is reading it just now. */
export function forgetSoon(url: string): void {
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, READ_MS);
}

/** Give the visitor a file to keep. */
export function download(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  forgetSoon(link.href);
}
