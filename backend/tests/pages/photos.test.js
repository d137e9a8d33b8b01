import assert from "node:assert/strict";
import { test } from "node:test";

import { Photos } from "../../apps/pages/static/pages/photos.js";
import { questionForm } from "../../apps/pages/static/pages/question.js";
import { fittingSize } from "../../apps/pages/static/pages/shrink.js";

const photo = (name, type = "image/jpeg", content = name) => new File([content], name, { type, lastModified: 1 });

test("five photos fit, a sixth is left out and named", () => {
  const photos = new Photos();
  const refused = photos.add([1, 2, 3, 4, 5, 6].map((number) => photo(`${number}.jpg`)));
  assert.equal(photos.all.length, 5);
  assert.equal(photos.isFull, true);
  assert.equal(refused.length, 1);
  assert.match(refused[0], /6\.jpg/);
});

test("what is no photo, empty, or there already is left out with its reason", () => {
  const photos = new Photos();
  const refused = photos.add([
    photo("a.jpg"),
    photo("a.jpg"),
    photo("list.pdf", "application/pdf"),
    photo("film.svg", "image/svg+xml"),
    photo("none.jpg", "image/jpeg", ""),
  ]);
  assert.deepEqual(photos.all.map((each) => each.file.name), ["a.jpg"]);
  assert.equal(refused.length, 4);
});

test("a HEIC photo without a type, as some browsers give it, is taken", () => {
  const photos = new Photos();
  assert.deepEqual(photos.add([photo("IMG_1.HEIC", "")]), []);
});

test("removing and marking keep the order and tell of the change", () => {
  let changes = 0;
  const photos = new Photos(() => (changes += 1));
  photos.add([photo("a.jpg"), photo("b.jpg"), photo("c.jpg")]);
  photos.remove(photos.all[1].key);
  photos.mark(1, "too dark");
  photos.mark(7, "of nothing");
  assert.deepEqual(photos.all.map((each) => [each.file.name, each.error]), [["a.jpg", ""], ["c.jpg", "too dark"]]);
  photos.forgetErrors();
  assert.equal(photos.all[1].error, "");
  assert.equal(changes, 5);
});

test("replaced photos keep their organs and get keys of their own", () => {
  const photos = new Photos();
  photos.add([photo("a.jpg")]);
  const before = photos.all[0].key;
  photos.replace([{ file: photo("b.jpg"), organ: "flower" }]);
  assert.equal(photos.all[0].organ, "flower");
  assert.notEqual(photos.all[0].key, before);
  photos.setOrgan(photos.all[0].key, "leaf");
  assert.equal(photos.all[0].organ, "leaf");
});

test("the form has one organ per photo in their order, and nothing that was not chosen", async () => {
  const photos = new Photos();
  photos.add([photo("a.jpg")], "leaf");
  photos.add([photo("b.heic", "image/heic")]);
  const form = await questionForm(photos.all, "de", false, null); // no createImageBitmap here: sent as they are
  assert.deepEqual(form.getAll("images").map((each) => each.name), ["a.jpg", "b.heic"]);
  assert.deepEqual(form.getAll("organs"), ["leaf", "auto"]);
  assert.deepEqual([...new Set(form.keys())], ["images", "organs", "language"]);
});

test("health and place are sent when chosen", async () => {
  const form = await questionForm([], "en", true, { latitude: 52.5, longitude: -0.1 });
  assert.deepEqual([...form.entries()], [
    ["language", "en"],
    ["include_diseases", "true"],
    ["latitude", "52.5"],
    ["longitude", "-0.1"],
  ]);
});

test("a photo is scaled to 2000 pixels on its longer side, never up, never to nothing", () => {
  assert.deepEqual(fittingSize(4000, 3000), { width: 2000, height: 1500 });
  assert.deepEqual(fittingSize(3000, 6000), { width: 1000, height: 2000 });
  assert.deepEqual(fittingSize(800, 600), { width: 800, height: 600 });
  assert.deepEqual(fittingSize(20000, 2), { width: 2000, height: 1 });
});
