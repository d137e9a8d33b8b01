import { defineWords } from "@/lib/words";

import en, { type GuidesWords } from "./en";

export type { GuidesWords };

export const useGuidesWords = defineWords<GuidesWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
