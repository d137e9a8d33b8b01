/** The verdict and what is missing, as sentences in the words of the app's language. */

import type { CommonWords } from "@/lib/common/words";
import { PROVIDERS } from "@/lib/common/words";
import { age, percent } from "@/lib/format";
import type { Language } from "@/lib/language";
import type { Identification, ProviderName, ProviderReport, Suggestion, Verdict } from "@/lib/api/types";
import { stateOf } from "@/components/ProblemNotice";

import type { ResultWords } from "./words";

export const PROVIDER_NAMES = Object.keys(PROVIDERS) as ProviderName[];

/** The graded sentence: how sure it is said is how sure it is. */
export function sentenceOf(verdict: Verdict, words: ResultWords): string {
  const name = verdict.name ?? "";
  switch (verdict.level) {
    case "sure":
      return words.sure(name);
    case "likely":
      return words.likely(name);
    case "maybe":
      return words.maybe(name);
    case "group":
      return words.group(name);
    case "not_a_plant":
      return words.notAPlant;
    default:
      return words.unsure;
  }
}

const NAMING = new Set(["sure", "likely", "maybe", "group"]);

/** The candidate that the verdict names (or one of the group it names); undefined when it names none. */
export function bestOf(verdict: Verdict, suggestions: readonly Suggestion[]): Suggestion | undefined {
  if (!NAMING.has(verdict.level)) return undefined;
  const { name } = verdict;
  return (
    suggestions.find((each) => each.name === name) ??
    suggestions.find((each) => each.genus === name || each.family === name) ??
    suggestions[0]
  );
}

/** The scores of a candidate, each with its service: never one number made of two. */
export function scoresOf(suggestion: Suggestion, language: Language): string[] {
  return PROVIDER_NAMES.flatMap((provider) => {
    const score = suggestion.scores[provider];
    return score === undefined ? [] : [`${PROVIDERS[provider]} ${percent(score, language)}`];
  });
}

/** What the answer lacks, a sentence each; none when it is whole. */
export function missingIn(body: Identification, words: ResultWords, common: CommonWords, language: Language): string[] {
  const silent = body.providers
    .filter((report) => report.state !== "ok")
    .map((report) => `${stateOf(report, common)}.`);
  const stale = body.providers
    .filter(isStale)
    .map((report) => `${common.label(PROVIDERS[report.provider])} ${words.staleFrom(age(report.age, language))}`);
  const health =
    body.health_asked && !body.health && body.verdict?.level !== "not_a_plant" ? [words.healthMissing] : [];
  const said = [...silent, ...stale, ...health];
  if (said.length > 0 || !body.degraded) return said;
  return language === "en" ? [...body.degraded_because] : [words.somethingMissing]; // the server says why in English
}

function isStale(report: ProviderReport): boolean {
  return Boolean(report.stale_because);
}

/** What was spent at a provider, in its own currency. */
export function costOf(provider: ProviderName, amount: number, words: ResultWords, language: Language): string {
  const count = new Intl.NumberFormat(language).format(amount);
  return provider === "plant_id" ? words.credits(count, amount === 1) : words.requests(count, amount === 1);
}
