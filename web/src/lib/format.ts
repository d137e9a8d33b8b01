/** Numbers and times as people say them, in the language of the app. */

import type { Language } from "./language";

/** A share (0..1) in percent. Never 100 %: no service is that sure. */
export function percent(share: number, language: Language = "en"): string {
  const format = new Intl.NumberFormat(language, { style: "percent" });
  if (share < 0.01) return `<\u00a0${format.format(0.01)}`;
  return format.format(Math.min(0.99, share));
}

export function seconds(duration: number, language: Language = "en"): string {
  const digits = duration < 10 ? 1 : 0;
  const format = new Intl.NumberFormat(language, { style: "unit", unit: "second", maximumFractionDigits: digits });
  return format.format(duration);
}

/** How long until something, rounded up, in the unit that fits. */
export function until(duration: number, language: Language = "en"): string {
  const [unit, size] =
    duration < 120 ? (["second", 1] as const) : duration < 7200 ? (["minute", 60] as const) : (["hour", 3600] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.ceil(duration / size),
  );
}

/** How long ago, rounded down in the unit that fits. */
export function age(duration: number, language: Language = "en"): string {
  const [unit, size] =
    duration < 120
      ? (["second", 1] as const)
      : duration < 7200
        ? (["minute", 60] as const)
        : duration < 172_800
          ? (["hour", 3600] as const)
          : (["day", 86_400] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.floor(duration / size),
  );
}

export function day(iso: string, language: Language = "en"): string {
  return new Date(iso).toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" });
}

export function moment(iso: string, language: Language = "en"): string {
  return new Date(iso).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}

/** How many bytes, in whole kilobytes (at least one) or in megabytes. */
export function size(bytes: number, language: Language = "en"): string {
  const [unit, divisor] = bytes < 999_500 ? (["kilobyte", 1e3] as const) : (["megabyte", 1e6] as const);
  const format = new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    maximumFractionDigits: unit === "megabyte" ? 1 : 0,
  });
  return format.format(unit === "kilobyte" ? Math.max(1, bytes / divisor) : bytes / divisor);
}
