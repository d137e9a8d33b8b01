import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { Use } from "@/lib/api/types";

import { BarChart } from "./BarChart";
import { everyDay, scaleEnd } from "./days";

const use = (day: string): Use & { day: string } => ({
  day,
  identifications: 3,
  free: 1,
  failed: 0,
  refused: 0,
  share_from_cache: 0.3333,
  providers: {},
});

describe("the days", () => {
  it("are all there, also across months and without use", () => {
    const days = everyDay("2026-02-27", "2026-03-02", [use("2026-03-01")]);
    expect(days.map(({ day }) => day)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
    expect(days.map((each) => each.use?.identifications ?? 0)).toEqual([0, 0, 3, 0]);
  });

  it("are as many as they are where the clock is put forward", () => {
    expect(everyDay("2026-03-28", "2026-03-30", [])).toHaveLength(3);
  });
});

describe("the scale", () => {
  it("ends at a round number above the largest bar", () => {
    expect([0, 1, 5, 6, 11, 20, 51, 100, 101, 730].map(scaleEnd)).toEqual([5, 5, 5, 10, 20, 20, 100, 100, 200, 1000]);
  });
});

describe("the chart", () => {
  it("draws parts that together are the day", () => {
    const bars = [
      { label: "1 Nov", lower: 6, upper: 2 },
      { label: "2 Nov", lower: 0, upper: 0 },
    ];
    const names = { lower: "asked", upper: "kept" };
    const { container } = render(<BarChart caption="Identifications" names={names} bars={bars} format={String} />);
    const heights = [...container.querySelectorAll("rect")].map((rect) => Number(rect.getAttribute("height")));
    expect(heights).toEqual([60, 20, 0, 0]);
    expect(container.querySelector("rect.free")).toHaveAttribute("y", "20");
    expect(screen.getByRole("figure")).toHaveTextContent("Identifications");
    expect(container.querySelector("svg")).toHaveAttribute("aria-hidden", "true");
  });
});
