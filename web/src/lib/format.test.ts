import { describe, expect, it } from "vitest";

import { age, day, moment, percent, seconds, size, until } from "./format";
import { type Language, LANGUAGES } from "./language";

const ALL = Object.keys(LANGUAGES) as Language[];

/** With every space as a plain one: which no-break space stands where is the business of Intl. */
function plain(text: string): string {
  return text.replaceAll(/\s/g, " ");
}

function inAll(format: (language: Language) => string): Record<string, string> {
  return Object.fromEntries(ALL.map((language) => [language, plain(format(language))]));
}

describe("percent", () => {
  it("is written as the language writes it", () => {
    expect(inAll((language) => percent(0.5, language))).toEqual({ en: "50%", de: "50 %", fr: "50 %", es: "50 %" });
  });

  it.each([0.99, 0.994, 0.995, 0.99999, 1, 1.2])("is never 100 %: %d is 99", (share) => {
    expect(new Set(Object.values(inAll((language) => percent(share, language).replace(/\D+$/, ""))))).toEqual(
      new Set(["99"]),
    );
  });

  it.each([0, 0.0001, 0.00999])("is never 0 %%: %d is less than 1", (share) => {
    expect(inAll((language) => percent(share, language))).toEqual({
      en: "< 1%",
      de: "< 1 %",
      fr: "< 1 %",
      es: "< 1 %",
    });
  });

  it("does not leave the sign alone at the end of a line", () => {
    for (const language of ALL) expect(percent(0, language) + percent(0.5, language)).not.toContain(" ");
  });
});

describe("seconds", () => {
  it("has one digit after the comma below ten, none from there on", () => {
    expect(inAll((language) => seconds(2.41, language))).toEqual({
      en: "2.4 sec",
      de: "2,4 Sek.",
      fr: "2,4 s",
      es: "2,4 s",
    });
    expect(inAll((language) => seconds(12.41, language))).toEqual({
      en: "12 sec",
      de: "12 Sek.",
      fr: "12 s",
      es: "12 s",
    });
  });
});

describe("until", () => {
  it("knows one and many", () => {
    expect(inAll((language) => until(1, language))).toEqual({
      en: "1 second",
      de: "1 Sekunde",
      fr: "1 seconde",
      es: "1 segundo",
    });
    expect(inAll((language) => until(180, language))).toEqual({
      en: "3 minutes",
      de: "3 Minuten",
      fr: "3 minutes",
      es: "3 minutos",
    });
    expect(inAll((language) => until(7200, language))).toEqual({
      en: "2 hours",
      de: "2 Stunden",
      fr: "2 heures",
      es: "2 horas",
    });
  });

  it.each([
    [0, "0 seconds"],
    [0.2, "1 second"],
    [119, "119 seconds"],
    [120, "2 minutes"],
    [121, "3 minutes"],
    [7201, "3 hours"],
  ])("is rounded up, so that nobody comes too early: %d s", (duration, said) => {
    expect(until(duration)).toBe(said);
  });
});

describe("age", () => {
  it("knows one and many", () => {
    expect(inAll((language) => age(3 * 86_400, language))).toEqual({
      en: "3 days",
      de: "3 Tage",
      fr: "3 jours",
      es: "3 días",
    });
    expect(inAll((language) => age(7200, language))).toEqual({
      en: "2 hours",
      de: "2 Stunden",
      fr: "2 heures",
      es: "2 horas",
    });
  });

  it.each([
    [40.9, "40 seconds"],
    [120, "2 minutes"],
    [7199, "119 minutes"],
    [7200, "2 hours"],
    [172_799, "47 hours"],
    [172_800, "2 days"],
  ])("is rounded down: %d s", (duration, said) => {
    expect(age(duration)).toBe(said);
  });
});

describe("size", () => {
  it("is written as the language writes it", () => {
    expect(inAll((language) => size(12_300, language))).toEqual({ en: "12 kB", de: "12 kB", fr: "12 ko", es: "12 kB" });
    expect(inAll((language) => size(1_250_000, language))).toEqual({
      en: "1.3 MB",
      de: "1,3 MB",
      fr: "1,3 Mo",
      es: "1,3 MB",
    });
  });

  it.each([
    [1, "1 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [15_000_000, "15 MB"],
  ])("has no 0 kB and no 1,000 kB: %d bytes", (bytes, said) => {
    expect(size(bytes)).toBe(said);
  });
});

describe("dates", () => {
  const noon = "2026-03-09T12:00:00";

  it("are written as the language writes them", () => {
    expect(inAll((language) => day(noon, language))).toEqual({
      en: "Mar 9, 2026",
      de: "9. März 2026",
      fr: "9 mars 2026",
      es: "9 mar 2026",
    });
    for (const language of ALL) expect(moment(noon, language)).toMatch(/12:00/);
  });
});
