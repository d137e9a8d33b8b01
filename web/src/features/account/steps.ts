/** What comes next, as a 401 of the account routes says it. */

import { ApiProblem, problemOf } from "@/lib/api/problem";
import type { Problem } from "@/lib/api/types";

import type { AuthProblem } from "./auth";

export type Step =
  | { type: "signed-in" }
  | { type: "sign-in" } // from the beginning
  | { type: "verify-email" }
  | { type: "second-factor"; types: readonly string[] }
  | { type: "reset-password" };

/** The step that is pending; null for a problem that is no step at all. */
export function stepOf(problem: Problem): Step | null {
  const { status, data } = problem as AuthProblem;
  if (status !== 401) return null;
  const pending = data?.flows?.find(({ is_pending }) => is_pending);
  switch (pending?.id) {
    case "verify_email":
      return { type: "verify-email" };
    case "mfa_authenticate":
      return { type: "second-factor", types: pending.types ?? [] };
    case "password_reset_by_code":
      return { type: "reset-password" };
    default:
      return { type: "sign-in" };
  }
}

/** Whether the server wants to be sure that it is still the same person. */
export function wantsConfirmation(problem: Problem): boolean {
  const { code, status, meta } = problem as AuthProblem;
  return code === "reauthentication-required" || (status === 401 && meta?.["is_authenticated"] === true);
}

/** The step after this one; a 401 is an answer here, every other problem is thrown. */
export async function stepAfter(action: Promise<unknown>): Promise<Step> {
  try {
    await action;
    return { type: "signed-in" };
  } catch (error) {
    const step = stepOf(problemOf(error));
    if (!step) throw error instanceof ApiProblem ? error : new ApiProblem({ code: "internal-error" });
    return step;
  }
}
