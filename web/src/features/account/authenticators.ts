/** What signs in besides the password. */

import { queryOptions } from "@tanstack/react-query";

import { problemOf } from "@/lib/api/problem";

import { ask, type AuthProblem } from "./auth";

export interface Authenticator {
  type: "totp" | "recovery_codes" | "webauthn";
  created_at: number; // seconds since 1970
  last_used_at: number | null;
  id?: number;
  name?: string;
  total_code_count?: number;
  unused_code_count?: number;
  unused_codes?: readonly string[];
}

export const AUTHENTICATORS = queryOptions({
  queryKey: ["authenticators"],
  queryFn: async () => (await ask<readonly Authenticator[]>("GET", "account/authenticators")).data,
});

export interface TotpOffer {
  secret: string;
  totp_url: string;
}

/** A secret for an authenticator app; the server offers one in the place of what it has not. */
export async function readTotpOffer(): Promise<TotpOffer> {
  try {
    await ask("GET", "account/authenticators/totp");
  } catch (error) {
    const { meta } = problemOf(error) as AuthProblem;
    if (typeof meta?.["secret"] === "string") return meta as unknown as TotpOffer;
    throw error;
  }
  throw new Error("There is an authenticator app already.");
}

export async function makeRecoveryCodes(): Promise<readonly string[]> {
  const { data } = await ask<Authenticator>("POST", "account/authenticators/recovery-codes", {});
  return data.unused_codes ?? [];
}

export function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
