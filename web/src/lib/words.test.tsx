import { act, cleanup, render, screen } from "@testing-library/react";
import { Suspense } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { chooseLanguage, type Language } from "./language";
import { defineWords } from "./words";

type Text = string | ((...given: string[]) => string);
interface Words {
  [key: string]: Text | Words;
}
type Other = Exclude<Language, "en">;

const OTHERS: readonly Other[] = ["de", "fr", "es"];
const NAMES = /Plant\.id|Pl@ntNet|GBIF|Plant Community|Powered by|API|JPEG|PNG|WebP|AVIF|HEIC/g;

/** What is the same word in English and in the other language. */
const SAME: Record<Other, ReadonlySet<string>> = {
  de: new Set(["Status", "Demo:", "Name", "Code", "Passkeys"]),
  fr: new Set([
    "Options",
    "Identification",
    "Fruit",
    "fruit",
    "cultivar",
    "licence",
    "⟨0⟩ photos",
    "Quota",
    "Code",
    "test",
    "Identifications",
  ]),
  es: new Set(["Demo:", "No", "cultivar", "Error"]),
};

const modules = import.meta.glob<{ default: Words }>("../**/{en,de,fr,es}.ts", { eager: true });
const folders = Object.keys(modules)
  .filter((path) => path.endsWith("/en.ts"))
  .map((path) => path.slice(0, -"/en.ts".length));

/** Every text of these words by its path, such as `states.ok`. */
function textsOf(words: Words, path = ""): Map<string, Text> {
  return new Map(
    Object.entries(words).flatMap(([key, value]) =>
      typeof value === "object" ? [...textsOf(value, `${path}${key}.`)] : [[`${path}${key}`, value] as const],
    ),
  );
}

function read(folder: string, language: Language) {
  const module = modules[`${folder}/${language}.ts`];
  if (!module) throw new Error(`${folder} has no ${language}.ts`);
  return textsOf(module.default);
}

/** A text as it is said, with marks for what it is given; "" where marks are not what it can be given. */
function said(text: Text): string {
  if (typeof text === "string") return text;
  try {
    return text(...Array.from({ length: text.length }, (_, index) => `⟨${String(index)}⟩`));
  } catch {
    return "";
  }
}

function marksIn(text: string): string[] {
  return [...new Set(text.match(/⟨\d⟩/g))].sort();
}

/** Which of the texts are wrong in this way, by their paths. */
function wrong(texts: Map<string, Text>, isWrong: (text: string, path: string) => boolean): string[] {
  return [...texts].flatMap(([path, text]) => (isWrong(said(text), path) ? [`${path}: ${said(text)}`] : []));
}

it("finds the words", () => {
  expect(folders).toEqual(expect.arrayContaining(["./common", "../app/words", "../features/result"]));
});

describe.each(folders)("%s", (folder) => {
  const english = read(folder, "en");

  describe.each(OTHERS)("%s", (language) => {
    const texts = read(folder, language);

    it("has what English has, and nothing else", () => {
      const kinds = (all: typeof texts) =>
        Object.fromEntries(
          [...all].map(([path, text]) => [path, typeof text === "string" ? "text" : `given ${String(text.length)}`]),
        );
      expect(kinds(texts)).toEqual(kinds(english));
    });

    it("is empty only where English is", () => {
      expect(wrong(texts, (text, path) => text.trim() === "" && said(english.get(path) ?? "") !== "")).toEqual([]);
    });

    it("says all that it is given", () => {
      const isLost = (text: string, path: string) =>
        marksIn(text).join("") !== marksIn(said(english.get(path) ?? "")).join("");
      expect(wrong(texts, isLost)).toEqual([]);
    });

    it("is translated", () => {
      const isEnglish = (text: string, path: string) =>
        text === said(english.get(path) ?? "") &&
        /\p{L}/u.test(text.replaceAll(NAMES, "").replaceAll(/⟨\d⟩/g, "")) &&
        !SAME[language].has(text);
      expect(wrong(texts, isEnglish)).toEqual([]);
    });

    it("is set as the language is", () => {
      const WRONG: Record<Other, RegExp> = {
        de: /["“](?=\p{L})|\p{L}["']\p{L}|\.\.\./u, // „so“
        fr: /["']|\.\.\.|(?<!\u202f)[?!;»]|(?<!\u202f):(?=\s|$)|«(?!\u202f)/, // « ainsi ! »
        es: /["“”]|\.\.\.|^[^¿]*\?|^[^¡]*!/, // «¡así!»
      };
      expect(wrong(texts, (text) => WRONG[language].test(text))).toEqual([]);
    });
  });
});

describe("how sure an answer is", () => {
  const GRADES = ["sure", "likely", "maybe", "group"];

  it.each(["en", ...OTHERS] as const)("is told in words of its own: %s", (language) => {
    const texts = read("../features/result", language);
    const sentences = GRADES.map((grade) => said(texts.get(grade) ?? ""));
    expect(new Set(sentences).size).toBe(GRADES.length);
    for (const sentence of sentences) expect(sentence).toContain("⟨0⟩");
  });
});

describe("a count", () => {
  it.each(["en", ...OTHERS] as const)("has its own words for one: %s", (language) => {
    const counts = [
      read("../features/identify", language).get("room"),
      read("../features/outbox", language).get("photos"),
    ];
    for (const count of counts as unknown as ((count: number) => string)[]) {
      expect(count(1).replace("1", "2")).not.toBe(count(2));
    }
  });
});

describe("defineWords", () => {
  const english = { hello: "Hello" };

  afterEach(() => {
    cleanup();
    chooseLanguage("en");
  });

  function loaders(de: () => Promise<{ default: typeof english }>) {
    const never = vi.fn(() => Promise.reject(new Error("not wanted")));
    return { de: vi.fn(de), fr: never, es: never };
  }

  async function show(useWords: () => typeof english) {
    function Hello() {
      return <p>{useWords().hello}</p>;
    }
    await act(async () => {
      render(
        <Suspense fallback="…">
          <Hello />
        </Suspense>,
      );
      await Promise.resolve();
    });
  }

  async function choose(language: Language) {
    await act(async () => {
      chooseLanguage(language);
      await Promise.resolve();
    });
  }

  it("gives English at once, and fetches nothing for it", async () => {
    chooseLanguage("en");
    const all = loaders(() => Promise.resolve({ default: { hello: "Hallo" } }));
    await show(defineWords(english, all));
    expect(screen.getByText("Hello")).toBeVisible();
    expect(all.de).not.toHaveBeenCalled();
    expect(all.fr).not.toHaveBeenCalled();
  });

  it("changes with the language, there and back, and fetches once", async () => {
    chooseLanguage("en");
    const all = loaders(() => Promise.resolve({ default: { hello: "Hallo" } }));
    await show(defineWords(english, all));
    await choose("de");
    expect(await screen.findByText("Hallo")).toBeVisible();
    await choose("en");
    expect(await screen.findByText("Hello")).toBeVisible();
    await choose("de");
    expect(await screen.findByText("Hallo")).toBeVisible();
    expect(all.de).toHaveBeenCalledTimes(1);
  });

  it("is English where the language cannot be fetched", async () => {
    chooseLanguage("de");
    await show(
      defineWords(
        english,
        loaders(() => Promise.reject(new Error("offline"))),
      ),
    );
    expect(await screen.findByText("Hello")).toBeVisible();
  });
});
