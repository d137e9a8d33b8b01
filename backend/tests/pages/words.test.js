import assert from "node:assert/strict";
import { test } from "node:test";

import { webAddress } from "../../apps/pages/static/pages/elements.js";
import { powoAddress } from "../../apps/pages/static/pages/facts_view.js";
import { hashOf, idIn } from "../../apps/pages/static/pages/history_view.js";
import { placeWords, rough } from "../../apps/pages/static/pages/place.js";
import { bestOf } from "../../apps/pages/static/pages/verdict_view.js";
import * as words from "../../apps/pages/static/pages/words.js";

const monstera = { name: "Monstera deliciosa", rank: "species", genus: "Monstera", scores: { plantnet: 0.913, plant_id: 0.998 } };

test("a share is never said to be certain, nor nothing", () => {
  assert.deepEqual([1, 0.998, 0.913, 0.01, 0.0004].map(words.percent), ["99 %", "99 %", "91 %", "1 %", "< 1 %"]);
});

test("scores stay with their provider, in one order, and are never added up", () => {
  assert.deepEqual(words.scoresOf(monstera), ["Plant.id 99 %", "Pl@ntNet 91 %"]);
  assert.deepEqual(words.scoresOf({ ...monstera, scores: { plantnet: 0.5 } }), ["Pl@ntNet 50 %"]);
});

test("every problem has calm words, and no code or exception shows", () => {
  for (const code of ["offline", "unreachable", "no-provider-available", "internal-error", "photo-damaged", "brand-new-code"]) {
    const { title, text } = words.problemWords({ code });
    assert.ok(title && text, code);
    assert.doesNotMatch(title + text, /undefined|error|exception|photo-|brand-new/i);
  }
});

test("input problems are told in the server's words, with its hint", () => {
  const told = words.problemWords({ code: "photo-too-small", detail: "The photo has 20 pixels.", hint: "Send a larger one." });
  assert.equal(told.text, "The photo has 20 pixels.");
  assert.equal(told.hint, "Send a larger one.");
});

test("no provider: each one that failed is named with its reason", () => {
  const providers = [
    { provider: "plant_id", state: "exhausted", seconds: 1 },
    { provider: "plantnet", state: "late", seconds: 20 },
  ];
  const { reasons } = words.problemWords({ code: "no-provider-available", providers });
  assert.deepEqual(reasons, ["Plant.id has used up its allowance for now.", "Pl@ntNet did not answer in time."]);
});

test("an error's pointer names its photo, others none", () => {
  assert.equal(words.photoPointedTo("#/images/2"), 2);
  assert.equal(words.photoPointedTo("#/latitude"), null);
  assert.equal(words.photoPointedTo("#/images"), null);
});

test("the language of common names is the browser's first that exists, else English", () => {
  assert.equal(words.languageOf(["it-IT", "de-AT", "en"]), "de");
  assert.equal(words.languageOf(["ja"]), "en");
  assert.equal(words.languageOf([]), "en");
});

test("waiting times are rounded up to what a person counts in", () => {
  assert.deepEqual([0.2, 30, 119.5, 600, 9000].map(words.until), ["1 s", "30 s", "120 s", "10 min", "3 hours"]);
});

test("costs are said in the provider's own currency", () => {
  assert.deepEqual([words.costOf("plant_id", 2), words.costOf("plantnet", 1)], ["2 credits", "1 request"]);
});

test("the place is rounded to 0.1 degree before anybody sees it (law 12)", () => {
  assert.deepEqual([52.5163, -13.3777, -0.04].map(rough), [52.5, -13.4, 0]);
  assert.equal(placeWords({ latitude: -33.9, longitude: 18.4 }), "33.9° south, 18.4° east");
});

test("only addresses of the web become links or pictures", () => {
  assert.equal(webAddress("https://example.org/a.jpg"), "https://example.org/a.jpg");
  for (const bad of ["javascript:alert(1)", "data:text/html,x", "//example.org", "", null, undefined]) {
    assert.equal(webAddress(bad), null, String(bad));
  }
});

test("Kew's address is the same for an id with and without its prefix", () => {
  assert.equal(powoAddress("87499-1"), "https://powo.science.kew.org/taxon/urn:lsid:ipni.org:names:87499-1");
  assert.equal(powoAddress("urn:lsid:ipni.org:names:87499-1"), powoAddress("87499-1"));
});

test("the address of a stored answer leads back to its id, and others to none", () => {
  const id = "0b5d7c1e-1111-4222-8333-944445555666";
  assert.equal(idIn(hashOf(id)), id);
  assert.equal(idIn("#main"), null);
  assert.equal(idIn("#/plant/../../evil"), null);
});

test("the candidate beside the photo is the one that the verdict names, or one of its group, or none", () => {
  const other = { name: "Epipremnum aureum", genus: "Epipremnum", family: "Araceae", scores: {} };
  const verdict = (level, name) => ({ level, name, agreement: "both" });
  assert.equal(bestOf(verdict("sure", "Monstera deliciosa"), [other, monstera]), monstera);
  assert.equal(bestOf(verdict("group", "Monstera"), [other, monstera]), monstera);
  assert.equal(bestOf(verdict("unsure", null), [monstera]), undefined);
  assert.equal(bestOf(verdict("not_a_plant", null), [monstera]), undefined);
});
