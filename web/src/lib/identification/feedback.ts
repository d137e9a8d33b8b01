import { call } from "@/lib/api/client";
import type { Feedback } from "@/lib/api/types";
import { addressOf } from "./news";

/** Says whether the answer was right; the stored word. Throws ApiProblem. */
export async function sendFeedback(
  id: string,
  feedback: { was_right: "yes" | "another" | "no"; name?: string },
): Promise<Feedback> {
  const url = new URL(`${addressOf(id)}feedback/`, window.location.href);
  const headers = { "Content-Type": "application/json" };
  return (await (await call(url, { method: "POST", headers, body: JSON.stringify(feedback) })).json()) as Feedback;
}
