import { defineWords } from "@/lib/words";

import en, { type AppWords } from "./en";

export const useAppWords = defineWords<AppWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
