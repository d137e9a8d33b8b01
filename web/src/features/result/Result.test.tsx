import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";

import { ANSWERS, identification, suggestion } from "../../../tests/identifications";
import { Result } from "./Result";

const RAW = /undefined|null|NaN|\[object|function|=>|[a-z]+_[a-z]+/;
const server = setupServer();
beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});
afterEach(() => {
  server.resetHandlers();
});
afterAll(() => {
  server.close();
});

function shown() {
  return screen.getByRole("article", { name: "Answer" });
}

describe("every kind of answer", () => {
  it.each(Object.entries(ANSWERS))("%s: is shown whole, in words", (_, body) => {
    render(<Result body={body} addPhoto={vi.fn()} checkHealth={vi.fn()} />);
    expect(shown().textContent).not.toMatch(RAW);
    expect(within(shown()).getAllByRole("heading", { level: 2 })).toHaveLength(1);
  });

  it.each([
    ["sure", "This is Rosa canina."],
    ["likely", "This is likely Rosa canina."],
    ["maybe", "This may be Rosa canina."],
    ["group, genus", "This belongs to Rosa; which species is unsure."],
    ["unsure", "We are not sure what this is."],
    ["not a plant", "We see no plant on this photo."],
  ])("%s: is as sure in words as it is", (kind, sentence) => {
    render(<Result body={ANSWERS[kind] ?? identification()} />);
    expect(screen.getByRole("heading", { level: 2 })).toHaveTextContent(sentence);
  });
});

it("says what is missing before the answer", () => {
  render(<Result body={ANSWERS["one provider only"] ?? identification()} />);
  expect(shown()).toHaveTextContent("This answer is not complete. Pl@ntNet failed several times and is given a rest.");
});

it("gives a stale answer with its age", () => {
  render(<Result body={ANSWERS["stale"] ?? identification()} />);
  expect(shown()).toHaveTextContent("It is an earlier answer, from 3 days ago");
});

it("never makes one number of two scales", () => {
  render(
    <Result
      body={identification({ suggestions: [suggestion("Rosa canina", { scores: { plant_id: 1, plantnet: 0.004 } })] })}
    />,
  );
  expect(shown()).toHaveTextContent("Plant.id 99%");
  expect(shown()).toHaveTextContent("Pl@ntNet < 1%");
});

it("shows no plant facts where there is no plant", () => {
  render(<Result body={ANSWERS["not a plant"] ?? identification()} checkHealth={vi.fn()} />);
  for (const name of ["Safety", "Care", "Health", "Was this right?"]) {
    expect(screen.queryByRole("heading", { name })).toBeNull();
  }
});

it("warns of eating wherever safety is spoken of", () => {
  render(<Result body={identification()} />);
  expect(shown()).toHaveTextContent("We have no data with a source for this.");
  expect(shown()).toHaveTextContent("Never eat a plant");
});

describe("reports of poison", () => {
  const cats = {
    about: "Hedera helix",
    subject: "cat",
    finding: "reported_toxic",
    text: "Hurts the mouth.",
    language: "en",
    source_title: "A flora",
    source_url: "https://example.org/flora",
  } as const;
  const safety = { status: "reported", warning: "Never eat a plant.", reports: [cats] } as const;

  it("are told with plant and source, and where there is none it is no comfort", () => {
    render(<Result body={identification({ safety: { ...safety, reports: [cats] } })} />);
    const [people, ofCats, dogs] = [...shown().querySelectorAll(".poison-facts dd")].map((each) => each.textContent);
    expect(ofCats).toMatch(/^Hedera helix: Reported toxic. Hurts the mouth.Source: A flora/);
    expect(people).toBe("No data. That does not mean it is harmless.");
    expect(dogs).toBe(people);
    expect(shown()).toHaveTextContent("Never eat a plant");
    expect(shown()).not.toHaveTextContent("The name is not sure");
  });

  it("of a name that is not sure are said to be of that name", () => {
    const { verdict } = ANSWERS["maybe"] ?? identification();
    render(<Result body={identification({ verdict, safety: { ...safety, reports: [cats] } })} />);
    expect(shown()).toHaveTextContent("The name is not sure: this is what is reported of the plants named here");
  });
});

it("links only what is an address of the web", () => {
  const bad = suggestion("Rosa canina", { wikipedia_url: "javascript:alert(1)" });
  const [image] = bad.images;
  if (!image) throw new Error("the sample has a picture");
  bad.images = [
    {
      ...image,
      attribution: { ...image.attribution, source_url: "data:text/html,x", license_url: "javascript:alert(2)" },
    },
  ];
  render(<Result body={identification({ suggestions: [bad] })} />);
  for (const link of screen.getAllByRole("link")) expect(link.getAttribute("href")).toMatch(/^https?:\/\//);
  expect(screen.queryByRole("link", { name: /Wikipedia/ })).toBeNull();
});

it("takes the word of whoever knows better", async () => {
  const sent: unknown[] = [];
  server.use(
    http.post("*/feedback/", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ was_right: "another", name: "Rosa gallica", comment: "" });
    }),
  );
  render(<Result body={identification()} />);
  await userEvent.click(screen.getByRole("button", { name: "Another of these" }));
  await userEvent.type(screen.getByLabelText("Or its name, if you know it"), "Rosa gallica{Enter}");
  expect(await screen.findByText("Thank you. You said: it is Rosa gallica.")).toBeVisible();
  expect(sent).toEqual([{ was_right: "another", name: "Rosa gallica" }]);
});

it("says when a word did not arrive", async () => {
  server.use(http.post("*/feedback/", () => HttpResponse.error()));
  render(<Result body={identification()} />);
  await userEvent.click(screen.getByRole("button", { name: "Yes" }));
  expect(await screen.findByText(/did not arrive/)).toBeVisible();
});
