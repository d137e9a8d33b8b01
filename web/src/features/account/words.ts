import { defineWords } from "@/lib/words";

import en, { type AccountWords } from "./en";

export type { AccountWords };

export const useAccountWords = defineWords<AccountWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
