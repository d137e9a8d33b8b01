import { describe, expect, it } from "vitest";

import common from "@/lib/common/en";

import de from "./de";
import en from "./en";
import es from "./es";
import fr from "./fr";
import { backSentence, circuitDetails, circuitSentence, quotaSentence, timeOf } from "./sentences";
import type { Circuit, ProviderStatus } from "./status";

const NOW = "2026-11-28T12:00:00.123Z";
const RESTING: ProviderStatus = {
  name: "plant_id",
  label: "Plant.id",
  state: "resting",
  until: "2026-11-28T12:00:30Z",
};
const CLOSED: Circuit = {
  provider: "plant_id",
  label: "Plant.id",
  state: "closed",
  override: null,
  not_asked_because: null,
  next_try_at: null,
  open_for_seconds: null,
  paused_for_seconds: null,
  pause_reason: null,
  fail_count: 0,
  in_flight: 0,
  max_in_flight: 4,
  alone: false,
  last_call: null,
  quota: [],
};

describe("when a provider comes back", () => {
  it("is nothing to say of one that answers", () => {
    expect(backSentence({ ...RESTING, state: "answering", until: null }, NOW, en, "en")).toBe("");
  });

  it.each([
    ["2026-11-28T12:00:30Z", "It is asked again in 30 seconds."],
    ["2026-11-28T12:10:00Z", "It is asked again in 10 minutes."],
    ["2026-11-28T11:59:59Z", "It is tried with the next question."],
    [null, "It is not known for how long."],
  ])("with the end at %s", (end, sentence) => {
    expect(backSentence({ ...RESTING, until: end }, NOW, en, "en")).toBe(sentence);
  });

  it("is said in the app's language", () => {
    expect(backSentence(RESTING, NOW, de, "de")).toBe("Wieder gefragt wird in 30 Sekunden.");
  });
});

describe("a circuit", () => {
  it.each<[Partial<Circuit>, RegExp]>([
    [{}, /^Closed/],
    [{ state: "open", not_asked_because: "resting" }, /^Open/],
    [{ state: "half_open" }, /^Half open/],
    [{ state: "closed", not_asked_because: "paused" }, /^Is paused\.$/],
    [{ state: "closed", not_asked_because: "out_of_quota" }, /^Has used up/],
    [{ state: "closed", override: "forced_open", not_asked_because: "paused" }, /^Held open by an operator/],
  ])("that is %j says so", (change, sentence) => {
    expect(circuitSentence({ ...CLOSED, ...change }, en)).toMatch(sentence);
  });

  it("tells only what there is to tell", () => {
    expect(circuitDetails(CLOSED, NOW, en, common, "en")).toEqual([]);
    const failing: Circuit = {
      ...CLOSED,
      state: "open",
      next_try_at: "2026-11-28T12:00:20Z",
      fail_count: 3,
      last_call: { state: "unavailable", at: NOW },
    };
    const [next, failures, last] = circuitDetails(failing, NOW, en, common, "en");
    expect(next).toBe("Tried again in 20 seconds.");
    expect(failures).toBe("3 failures in a row.");
    expect(last).toMatch(/^Last call: is out of reach/);
  });
});

it("says a quota in its own unit", () => {
  const window = { window: "day", limit: 500, used: 12, remaining: 488, resets_at: null } as const;
  expect(quotaSentence(window, "plantnet", en, "en")).toBe("12 of 500 requests used today");
});

it("names the day of a time only when it is not today", () => {
  const today = new Date("2026-11-28T12:00:00");
  expect(timeOf("2026-11-28T13:05:00", "de", today)).toBe("13:05");
  expect(timeOf("2026-11-30T13:05:00", "de", today)).toMatch(/30/);
});

it.each([en, de, fr, es])("has a sentence of its own for each health", (words) => {
  expect(new Set(Object.values(words.health)).size).toBe(3);
});
