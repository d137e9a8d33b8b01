import { describe, expect, it } from "vitest";

import common from "@/lib/common/en";
import type { Identification } from "@/lib/api/types";

import { cell, tableOf, toCsv } from "./csv";
import words from "./en";

const PLANT = {
  id: "one",
  status: "complete",
  created_at: "2026-11-25T10:00:00Z",
  verdict: { level: "likely", agreement: "both", name: "Monstera deliciosa" },
  suggestions: [
    {
      name: "Monstera deliciosa",
      rank: "species",
      scores: { plant_id: 0.9 },
      family: "Araceae",
      common_names: ["ceriman"],
    },
  ],
  feedback: { was_right: "another", name: '=HYPERLINK("http://evil")' },
} as unknown as Identification;

describe("cell", () => {
  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])("is text although it begins like a formula: %j", (text) => {
    expect(cell(text).replace('"', "").startsWith("'")).toBe(true);
  });

  it.each([
    ["Monstera deliciosa", "Monstera deliciosa"],
    ["Swiss cheese plant, ceriman", '"Swiss cheese plant, ceriman"'],
    ['the "split-leaf"', '"the ""split-leaf"""'],
    ["two\nlines", '"two\nlines"'],
    ["", ""],
    ["Ananas = pineapple", "Ananas = pineapple"],
  ])("holds %j as %s", (text, expected) => {
    expect(cell(text)).toBe(expected);
  });
});

describe("the table", () => {
  it("has a line of names and one for each plant, in the form that spreadsheets read", () => {
    const lines = toCsv(tableOf([PLANT], words, common)).split("\r\n");
    expect(lines[0]).toBe("\uFEFFAsked at,Name,Common name,Family,How sure,Plant.id,Pl@ntNet,What I said,Address");
    expect(lines[1]).toContain("2026-11-25T10:00:00Z,Monstera deliciosa,ceriman,Araceae,Likely,0.9,,");
    expect(lines[1]).toContain("/plants/one");
    expect(lines[2]).toBe("");
  });

  it("says how far a plant without an answer is", () => {
    const failed = { ...PLANT, status: "failed", verdict: null, suggestions: [], feedback: null } as Identification;
    expect(tableOf([failed], words, common)[1]?.slice(1, 5)).toEqual(["No answer", "", "", "No answer"]);
  });
});
