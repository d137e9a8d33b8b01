import { act, fireEvent, render, screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { Deletions, deletions, UNDO_MS } from "./deletions";
import { readKept } from "./kept";
import { UndoBar } from "./UndoBar";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  localStorage.clear();
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

describe("a page that is left too fast", () => {
  const PERSON = 7;
  const page = async (owner: number | null = PERSON, works = true) => {
    const erase = vi.fn(() => (works ? Promise.resolve() : Promise.reject(new Error("down"))));
    const store = new Deletions(erase);
    const erased = vi.fn();
    await store.belongTo(owner, erased);
    return { erase, store, erased };
  };
  const lost = () => new Promise<void>(() => undefined); // a request that ends with its page

  it("leaves what the next one deletes, hidden from the first moment", async () => {
    const left = new Deletions(lost);
    await left.belongTo(PERSON, vi.fn());
    left.remove("a", vi.fn());
    void left.leave();
    const { erase, store, erased } = await page();
    expect(erase).toHaveBeenCalledExactlyOnceWith("a");
    expect(erased).toHaveBeenCalledOnce();
    expect(store.read().hidden).toContain("a");
    expect(readKept()).toEqual([]);
  });

  it("is waited for while it may still offer to undo", async () => {
    const other = await page();
    other.store.remove("a", vi.fn());
    const { erase } = await page();
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(erase).not.toHaveBeenCalled();
    other.store.undo();
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(erase).not.toHaveBeenCalled();
  });

  it("that was killed has its plants deleted when nobody can undo it any more", async () => {
    const killed = new Deletions(lost);
    await killed.belongTo(PERSON, vi.fn());
    killed.remove("a", vi.fn());
    const { erase } = await page();
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(erase).toHaveBeenCalledExactlyOnceWith("a");
  });

  it("is nobody else's", async () => {
    const left = new Deletions(lost);
    await left.belongTo(PERSON, vi.fn());
    left.remove("a", vi.fn());
    void left.leave();
    expect((await page(null)).erase).not.toHaveBeenCalled();
    expect((await page(PERSON + 1)).erase).not.toHaveBeenCalled();
    expect((await page()).erase).toHaveBeenCalledOnce();
  });

  it("is made up for at every visit until the server could be reached", async () => {
    const left = new Deletions(lost);
    await left.belongTo(PERSON, vi.fn());
    left.remove("a", vi.fn());
    void left.leave();
    const { store } = await page(PERSON, false);
    expect(store.read()).toMatchObject({ hidden: new Set(), failed: 0 });
    expect((await page()).erase).toHaveBeenCalledOnce();
    expect((await page()).erase).not.toHaveBeenCalled();
  });

  it("has told nobody what did not get through, and so leaves it", async () => {
    const { store } = await page(PERSON, false);
    store.remove("a", vi.fn());
    await store.leave();
    expect(store.read()).toMatchObject({ hidden: new Set(), failed: 0 });
    expect((await page()).erase).toHaveBeenCalledExactlyOnceWith("a");
  });

  it.each(["null", "{", "7"])("is forgotten where the browser has lost count: %s", async (kept) => {
    localStorage.setItem("deletions", kept);
    const { store, erase } = await page();
    expect(erase).not.toHaveBeenCalled();
    store.remove("a", vi.fn());
    expect(readKept()).toMatchObject([{ id: "a", owner: PERSON }]);
  });

  it("is none when all was deleted, undone, or told to be impossible", async () => {
    const { store } = await page();
    store.remove("a", vi.fn());
    await store.send();
    store.remove("b", vi.fn());
    store.undo();
    const { store: refused } = await page(PERSON, false);
    refused.remove("c", vi.fn());
    await refused.send();
    expect(readKept()).toEqual([]);
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
