import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { SearchField } from "./SearchField";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function pause() {
  act(() => {
    vi.advanceTimersByTime(300);
  });
}

it("searches once the typing pauses, and tells what is the same step", () => {
  const search = vi.fn();
  const { rerender } = render(<SearchField label="Search" searched="" search={search} />);
  const field = screen.getByLabelText("Search");
  fireEvent.change(field, { target: { value: "m" } });
  fireEvent.change(field, { target: { value: " mo " } });
  expect(search).not.toHaveBeenCalled();
  pause();
  rerender(<SearchField label="Search" searched="mo" search={search} />);
  fireEvent.change(field, { target: { value: "mon" } });
  pause();
  rerender(<SearchField label="Search" searched="mon" search={search} />);
  fireEvent.blur(field);
  fireEvent.change(field, { target: { value: "" } });
  pause();
  expect(search.mock.calls).toEqual([
    ["mo", false],
    ["mon", true],
    ["", false],
  ]);
});

it("shows what Back leads to, and loses no letter that was typed meanwhile", () => {
  const search = vi.fn();
  const { rerender } = render(<SearchField label="Search" searched="" search={search} />);
  const field = screen.getByLabelText("Search");
  fireEvent.change(field, { target: { value: "mo" } });
  pause();
  fireEvent.change(field, { target: { value: "mon" } });
  rerender(<SearchField label="Search" searched="mo" search={search} />);
  expect(field).toHaveValue("mon");
  rerender(<SearchField label="Search" searched="" search={search} />);
  expect(field).toHaveValue("");
});
