/** What the server found wrong, at the fields it is about. */

import type { Problem } from "@/lib/api/types";

import type { AccountWords } from "./words";

interface FieldError {
  pointer?: string;
  detail?: string;
  code?: string;
}

/** A sentence for each field by its name; "" for what is about none. */
export function errorsOf(problem: Problem | null, words: AccountWords): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const error of (problem?.errors ?? []) as FieldError[]) {
    const name = error.pointer?.split("/")[1] ?? "";
    found.set(name, [found.get(name), sentenceOf(name, error, words)].filter(Boolean).join(" "));
  }
  return found;
}

/** In the language of the app where it knows the error, else as the server says it. */
function sentenceOf(name: string, { code = "", detail = "" }: FieldError, words: AccountWords): string {
  const length = Number(/\d+/.exec(detail)?.[0]);
  if (code === "password_too_short" && length) return words.tooShort(length);
  if (code === "password_too_long" && length) return words.tooLong(length);
  if (code === "invalid" && name === "email") return words.invalidEmail;
  return words.errors[code] ?? detail;
}
