import { describe, expect, it } from "vitest";

import { ApiProblem } from "@/lib/api/problem";

import type { Flow } from "./auth";
import { isAppPath, safeNext } from "./next";
import { stepAfter, stepOf, wantsConfirmation } from "./steps";

const refused = (flows: Flow[], meta: object = {}) => ({ code: "unauthorized", status: 401, data: { flows }, meta });

describe("the next step", () => {
  it("is the one that is pending", () => {
    const types = ["totp", "recovery_codes"];
    const flows = [{ id: "login" }, { id: "mfa_authenticate", is_pending: true, types }];
    expect(stepOf(refused(flows))).toEqual({ type: "second-factor", types });
    expect(stepOf(refused([{ id: "signup" }, { id: "verify_email", is_pending: true }]))).toEqual({
      type: "verify-email",
    });
    expect(stepOf(refused([{ id: "password_reset_by_code", is_pending: true }]))).toEqual({ type: "reset-password" });
  });

  it("is the beginning where none is pending", () => {
    expect(stepOf(refused([{ id: "login" }, { id: "password_reset_by_code", is_pending: false }]))).toEqual({
      type: "sign-in",
    });
    expect(stepOf({ code: "unauthorized", status: 401 })).toEqual({ type: "sign-in" });
  });

  it("is none where something is wrong", async () => {
    expect(stepOf({ code: "invalid-input", status: 400 })).toBeNull();
    const wrong = new ApiProblem({ code: "invalid-input", status: 400 });
    await expect(stepAfter(Promise.reject(wrong))).rejects.toBe(wrong);
  });

  it("is the way in when the server says yes", async () => {
    await expect(stepAfter(Promise.resolve({}))).resolves.toEqual({ type: "signed-in" });
  });
});

describe("a confirmation", () => {
  it("is wanted of somebody who is signed in", () => {
    expect(wantsConfirmation(refused([{ id: "reauthenticate" }], { is_authenticated: true }))).toBe(true);
    expect(wantsConfirmation({ code: "reauthentication-required", status: 401 })).toBe(true);
    expect(wantsConfirmation(refused([{ id: "login" }], { is_authenticated: false }))).toBe(false);
    expect(wantsConfirmation({ code: "forbidden", status: 403 })).toBe(false);
  });
});

describe("where to go on", () => {
  it("is on this site", () => {
    expect(safeNext("/plants/1?from=mail#top")).toBe("/plants/1?from=mail#top");
    const evil = [
      "https://evil.example/",
      "//evil.example/",
      "/\\evil.example/",
      "javascript:alert(1)",
      "plants",
      "",
      null,
    ];
    expect(evil.map((each) => safeNext(each))).toEqual(evil.map(() => "/"));
  });

  it("is the app's or the server's", () => {
    expect(["/", "/?a=1", "/plants", "/plants/1", "/account/security"].map(isAppPath)).not.toContain(false);
    expect(["/cms/", "/guides/", "/plantsandmore", "/accounts/"].map(isAppPath)).not.toContain(true);
  });
});
