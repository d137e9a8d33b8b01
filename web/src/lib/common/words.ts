import { defineWords } from "@/lib/words";

import en, { type CommonWords } from "./en";

export { PROVIDERS } from "./en";
export type { CommonWords };

export const useCommonWords = defineWords<CommonWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
