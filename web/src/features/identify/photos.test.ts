import { describe, expect, it } from "vitest";

import en from "./en";
import { photoPointedTo, withFiles } from "./photos";
import { placeWords, rough } from "./place";
import { fittingSize } from "./size";

const file = (name: string, type = "image/jpeg", content = "x") => new File([content], name, { type, lastModified: 1 });

describe("photos", () => {
  it("are at most five; the sixth is named", () => {
    const { photos, refused } = withFiles(
      [],
      ["1", "2", "3", "4", "5", "6"].map((each) => file(`${each}.jpg`)),
      en,
    );
    expect(photos).toHaveLength(5);
    expect(refused).toEqual([en.tooMany("6.jpg")]);
  });

  it.each([
    [file("a.txt", "text/plain"), en.notReadable("a.txt")],
    [file("a.jpg", "image/jpeg", ""), en.isEmpty("a.jpg")],
  ])("that cannot be are refused by name", (bad, sentence) => {
    expect(withFiles([], [bad], en)).toEqual({ photos: [], refused: [sentence] });
  });

  it("are taken by their name where a browser knows no type, as for HEIC", () => {
    expect(withFiles([], [file("IMG_1.HEIC", "")], en).photos).toHaveLength(1);
  });

  it("are added once", () => {
    const { photos } = withFiles([], [file("a.jpg")], en);
    expect(withFiles(photos, [file("a.jpg")], en)).toEqual({ photos, refused: [en.isThere("a.jpg")] });
  });

  it.each([
    ["#/images/2", 2],
    ["/image/0", 0],
    ["#/organs/1", null],
    ["", null],
  ])("are found by the pointer %s", (pointer, position) => {
    expect(photoPointedTo(pointer)).toBe(position);
  });
});

describe("what is sent", () => {
  it.each([
    [4000, 3000, 1500, 1125],
    [800, 600, 800, 600],
    [10_000, 1, 1500, 1],
  ])("is a photo of %i x %i as %i x %i", (width, height, w, h) => {
    expect(fittingSize(width, height)).toEqual({ width: w, height: h });
  });

  it("is a rough place", () => {
    expect([rough(52.51637), rough(-0.04), rough(-33.87)]).toEqual([52.5, 0, -33.9]);
    expect(placeWords({ latitude: -33.9, longitude: 18.4 }, en)).toBe("33.9° south, 18.4° east");
  });
});
