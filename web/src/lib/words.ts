/** Words in four languages. English comes with the code; another language is fetched when somebody wants it. */

import { use } from "react";

import { type Language, useLanguage } from "./language";

type Loaders<Words> = Record<Exclude<Language, "en">, () => Promise<{ default: Words }>>;

/** A hook that gives these words in the chosen language; the page waits for them as it waits for its own code. */
export function defineWords<Words extends object>(english: Words, loaders: Loaders<Words>): () => Words {
  const loaded = new Map<Language, Promise<Words>>();
  const load = (language: Language): Promise<Words> => {
    let words = loaded.get(language);
    if (!words) {
      words = language === "en" ? Promise.resolve(english) : fetchWords(loaders[language], english);
      loaded.set(language, words);
    }
    return words;
  };
  return function useWords() {
    const language = useLanguage();
    const other = language === "en" ? null : load(language);
    return other ? use(other) : english;
  };
}

async function fetchWords<Words>(loader: () => Promise<{ default: Words }>, english: Words): Promise<Words> {
  try {
    return (await loader()).default;
  } catch {
    return english; // offline and never fetched: better in English than not at all
  }
}
