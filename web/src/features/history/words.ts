import { defineWords } from "@/lib/words";

import en, { type HistoryWords } from "./en";

export type { HistoryWords };

export const useHistoryWords = defineWords<HistoryWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
