import { act, fireEvent, render, screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { Deletions, deletions, UNDO_MS } from "./deletions";
import { UndoBar } from "./UndoBar";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("deleting with undo", () => {
  const setUp = (works = true) => {
    const erase = vi.fn(() => (works ? Promise.resolve() : Promise.reject(new Error("down"))));
    return { erase, store: new Deletions(erase), erased: vi.fn() };
  };

  it("hides at once and deletes when the time is up", async () => {
    const { erase, store, erased } = setUp();
    store.remove("a", erased);
    expect(store.read().hidden).toContain("a");
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(erase).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(erase).toHaveBeenCalledExactlyOnceWith("a");
    expect(erased).toHaveBeenCalledOnce();
    expect(store.read()).toMatchObject({ waiting: [], failed: 0 });
    expect(store.read().hidden).toContain("a");
  });

  it("sends nothing when it was undone, not even when the page is left then", async () => {
    const { erase, store, erased } = setUp();
    store.remove("a", erased);
    store.undo();
    expect(store.read()).toMatchObject({ hidden: new Set(), waiting: [] });
    await store.send();
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect(erase).not.toHaveBeenCalled();
  });

  it("lets several wait together, from the last one on", async () => {
    const { erase, store, erased } = setUp();
    store.remove("a", erased);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    store.remove("b", erased);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(erase).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(erase.mock.calls).toEqual([["a"], ["b"]]);
  });

  it("sends once when the page is left before the time is up", async () => {
    const { erase, store, erased } = setUp();
    store.remove("a", erased);
    await store.send();
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect(erase).toHaveBeenCalledOnce();
  });

  it("brings back what could not be deleted", async () => {
    const { store, erased } = setUp(false);
    store.remove("a", erased);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(store.read()).toMatchObject({ hidden: new Set(), waiting: [], failed: 1 });
    expect(erased).not.toHaveBeenCalled();
  });
});

describe("the bar and the network", () => {
  const asked: { method: string; path: string; keepalive: boolean }[] = [];
  const network = setupServer(
    http.delete("*/identifications/:id/", ({ request, params }) => {
      asked.push({ method: request.method, path: new URL(request.url).pathname, keepalive: request.keepalive });
      return new HttpResponse(null, { status: params["id"] === "gone" ? 404 : params["id"] === "bad" ? 500 : 204 });
    }),
  );
  beforeAll(() => {
    network.listen({ onUnhandledRequest: "error" });
  });
  afterEach(() => {
    asked.length = 0;
  });
  afterAll(() => {
    network.close();
  });

  it("offers to undo as long as it can be undone", () => {
    render(<UndoBar />);
    expect(screen.queryByRole("button")).toBeNull();
    act(() => {
      deletions.remove("a", vi.fn());
    });
    const undo = screen.getByRole("button", { name: "Undo" });
    expect(screen.getByText("Deleted.")).toBeVisible();
    expect(undo).toHaveFocus();
    fireEvent.click(undo);
    expect(screen.queryByRole("button")).toBeNull();
    expect(asked).toEqual([]);
  });

  it("asks the server in a way that outlives the page; one that is gone already is fine", async () => {
    const erased = vi.fn();
    deletions.remove("gone", erased);
    await deletions.send();
    expect(asked).toMatchObject([{ method: "DELETE", keepalive: true }]);
    expect(asked[0]?.path).toMatch(/identifications\/gone\/$/);
    expect(erased).toHaveBeenCalledOnce();
  });

  it("notices when the server refuses", async () => {
    deletions.remove("bad", vi.fn());
    await deletions.send();
    expect(deletions.read().failed).toBe(1);
    expect(deletions.read().hidden).not.toContain("bad");
  });
});
