import { defineWords } from "@/lib/words";

import en, { type IdentifyWords } from "./en";

export type { IdentifyWords };

export const useIdentifyWords = defineWords<IdentifyWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
