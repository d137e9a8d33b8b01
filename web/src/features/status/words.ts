import { defineWords } from "@/lib/words";

import en, { type StatusWords } from "./en";

export type { StatusWords };

export const useStatusWords = defineWords<StatusWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
