import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { expect, it } from "vitest";

/** The custom properties of a style sheet, light and then dark, as `--name: value`. */
function tokensOf(path: string): string[] {
  const css = readFileSync(resolve(path), "utf8");
  return [...css.matchAll(/^\s*(--[a-z-]+):\s*([^;]+);/gm)].map(
    ([, name, value]) => `${name ?? ""}: ${(value ?? "").replace(/\s+/g, " ")}`,
  );
}

it("gives the server's own pages the same colours, so that nobody notices where one ends", () => {
  const ours = tokensOf("src/styles/base.css");
  expect(ours.length).toBeGreaterThan(20);
  expect(tokensOf("../backend/apps/pages/static/pages/page.css")).toEqual(ours);
});
