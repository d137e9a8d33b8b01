/** States as sentences. */

import type { CommonWords } from "@/lib/common/words";
import { until } from "@/lib/format";
import type { Language } from "@/lib/language";

import type { Circuit, ProviderStatus, QuotaWindow } from "./status";
import type { StatusWords } from "./words";

/** When a provider that is not asked comes back; "" for one that answers. `now` is the server's time. */
export function backSentence(
  { state, until: end }: ProviderStatus,
  now: string,
  words: StatusWords,
  language: Language,
) {
  if (state === "answering") return "";
  if (!end) return words.backUnknown;
  const seconds = secondsBetween(now, end);
  return seconds > 0 ? words.backIn(until(seconds, language)) : words.backWithNext;
}

/** What a circuit does now, and why. */
export function circuitSentence(circuit: Circuit, words: StatusWords): string {
  if (circuit.override) return words.overrides[circuit.override];
  const { not_asked_because: reason } = circuit;
  if (circuit.state === "closed" && reason) return `${capital(words.states[reason])}.`;
  return words.circuitStates[circuit.state];
}

/** What else is known of a circuit, a sentence each. */
export function circuitDetails(
  circuit: Circuit,
  now: string,
  words: StatusWords,
  common: CommonWords,
  language: Language,
) {
  const { next_try_at: next, fail_count: failures, last_call: last, alone } = circuit;
  const wait = next ? secondsBetween(now, next) : 0;
  return [
    wait > 0 && words.nextTry(until(wait, language)),
    failures > 0 && words.failures(failures),
    last && words.lastCall(common.states[last.state] ?? common.noAnswerState, timeOf(last.at, language)),
    alone && words.alone,
  ].filter((sentence) => typeof sentence === "string");
}

/** How much of a quota is used, in its own unit. */
export function quotaSentence(
  { used, limit, window }: QuotaWindow,
  provider: Circuit["provider"],
  words: StatusWords,
  language: Language,
): string {
  const count = new Intl.NumberFormat(language);
  return words.used(count.format(used), `${count.format(limit)} ${words.units[provider]}`, words.windows[window]);
}

/** The time of day; the day as well when it is another one. */
export function timeOf(iso: string, language: Language, today = new Date()): string {
  const time = new Date(iso);
  const isToday = time.toDateString() === today.toDateString();
  return time.toLocaleString(language, isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" });
}

function secondsBetween(start: string, end: string): number {
  return (Date.parse(end) - Date.parse(start)) / 1000;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
