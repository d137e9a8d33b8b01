import { defineWords } from "@/lib/words";

import en, { type OutboxWords } from "./en";

export type { OutboxWords };

export const useOutboxWords = defineWords<OutboxWords>(en, {
  de: () => import("./de"),
  fr: () => import("./fr"),
  es: () => import("./es"),
});
