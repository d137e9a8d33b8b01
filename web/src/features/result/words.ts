import { defineWords } from "@/lib/words";

import en, { type ResultWords } from "./en";

export type { ResultWords };

export const useResultWords = defineWords<ResultWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
