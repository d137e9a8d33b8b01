import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { download, forgetSoon } from "./blobs";

const known = new Set<string>();

beforeEach(() => {
  vi.useFakeTimers();
  known.clear();
  const createObjectURL = () => {
    known.add("blob:1");
    return "blob:1";
  };
  Object.assign(URL, { createObjectURL, revokeObjectURL: (url: string) => known.delete(url) }); // jsdom has neither
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("leaves a picture that is still loading its address, and forgets it then", () => {
  const url = URL.createObjectURL(new Blob(["photo"]));
  forgetSoon(url);
  vi.advanceTimersByTime(30_000);
  expect(known).toContain(url);
  vi.advanceTimersByTime(60_000);
  expect(known).not.toContain(url);
});

it("gives a file that is there as long as the browser needs to save it", () => {
  const clicked: [string, string][] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    clicked.push([this.download, this.href]);
  });
  download("codes.txt", new Blob(["1234"]));
  expect(clicked).toEqual([["codes.txt", "blob:1"]]);
  expect(known).toContain("blob:1");
  vi.runAllTimers();
  expect(known.size).toBe(0);
});
