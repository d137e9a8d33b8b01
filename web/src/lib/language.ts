/** The language of the app: chosen by the visitor, else the first of the browser's that the app speaks. */

import { useSyncExternalStore } from "react";

import { remember, remembered } from "./remembered";

export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "language";
const changed = new EventTarget();

function isLanguage(text: string | null): text is Language {
  return text !== null && text in LANGUAGES;
}

/** The first of these that the app speaks, such as `de` for `de-AT`. */
export function firstKnown(languages: readonly string[]): Language {
  return languages.map((each) => each.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

export function language(): Language {
  const chosen = remembered(KEY);
  return isLanguage(chosen) ? chosen : firstKnown(navigator.languages);
}

export function chooseLanguage(chosen: Language): void {
  remember(KEY, chosen);
  changed.dispatchEvent(new Event("change"));
}

export function useLanguage(): Language {
  return useSyncExternalStore((tell) => {
    changed.addEventListener("change", tell);
    return () => {
      changed.removeEventListener("change", tell);
    };
  }, language);
}
