import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import en from "@/lib/common/en";

import { report } from "../../tests/identifications";
import { ProblemNotice } from "./ProblemNotice";

// The one list of the server's codes; a code that is added there fails here until it has words.
const SOURCE = readFileSync(resolve("../backend/plant_community_backend/problems.py"), "utf8");
const CODES = [...SOURCE.matchAll(/^ {4}"([a-z-]+)": Kind\(/gm)].map(([, code]) => code ?? "");
const FOR_PROGRAMS = new Set([
  "key-in-address",
  "test-key-needed",
  "invalid-api-key",
  "unknown-version",
  "method-not-allowed",
  "not-acceptable",
  "unsupported-media-type",
  "too-many-fields",
]);

describe("every problem of the server", () => {
  it("is read from its list", () => {
    expect(CODES.length).toBeGreaterThan(25);
  });

  it.each(CODES)("%s: has a calm state without raw text", (code) => {
    render(
      <ProblemNotice
        problem={{ code, detail: "raw_detail of Traceback", hint: "raw_hint", retry_after: 90, request_id: "abc" }}
      />,
    );
    const article = screen.getByRole("article");
    expect(article).not.toHaveTextContent(/raw_|Traceback|undefined/);
    expect(article).toHaveTextContent("Worth another try in 90 seconds.");
    expect(article).toHaveTextContent("abc");
  });

  it.each(CODES.filter((code) => !FOR_PROGRAMS.has(code)))("%s: has words of its own", (code) => {
    expect(en.problems).toHaveProperty(code);
  });
});

it("names the services that failed, and only those", () => {
  const providers = [report({ state: "paused" }), report({ provider: "plantnet", state: "ok" })];
  render(<ProblemNotice problem={{ code: "no-provider-available", providers }} />);
  expect(screen.getByRole("list", { name: "What the services said" })).toHaveTextContent("Plant.id asked us to pause.");
  expect(screen.getAllByRole("listitem")).toHaveLength(1);
});
