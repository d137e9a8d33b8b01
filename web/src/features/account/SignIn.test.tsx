import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { SignIn } from "./SignIn";

const AUTH = "*/api/v1/auth/browser/v1";
const problem = (status: number, body: object) =>
  HttpResponse.json(
    { status, code: status === 401 ? "unauthorized" : "invalid-input", ...body },
    { status, headers: { "Content-Type": "application/problem+json" } },
  );
const server = setupServer(
  http.get("*/api/v1/me/", () => HttpResponse.json({ email: "fern@example.org" })),
  http.post(`${AUTH}/auth/2fa/authenticate`, () => HttpResponse.json({ status: 200, data: {}, meta: {} })),
);

beforeAll(() => {
  server.listen({ onUnhandledRequest: "error" });
});
beforeEach(() => {
  document.cookie = "csrftoken=abc";
});
afterEach(() => {
  server.resetHandlers();
});
afterAll(() => {
  server.close();
});

function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MemoryRouter initialEntries={["/account/sign-in"]}>
        <Routes>
          <Route path="/account/sign-in" element={<SignIn next="/plants" social={[]} canSignUp />} />
          <Route path="/plants" element={<p>My plants</p>} />
        </Routes>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}

async function giveThePassword() {
  await userEvent.type(screen.getByLabelText("E-mail address"), "fern@example.org");
  await userEvent.type(screen.getByLabelText("Password"), "quiet-orange-lamp");
  await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("signing in", () => {
  it("asks for the second factor that the server wants, then goes where it was wanted", async () => {
    const flows = [{ id: "mfa_authenticate", is_pending: true, types: ["totp"] }];
    server.use(
      http.post(`${AUTH}/auth/login`, ({ request }) =>
        request.headers.get("X-CSRFToken") === "abc" ? problem(401, { data: { flows } }) : problem(403, {}),
      ),
    );
    show();
    await giveThePassword();
    expect(await screen.findByRole("heading", { name: "One more step" })).toHaveFocus();
    await userEvent.type(screen.getByLabelText("Code"), "123456");
    await userEvent.click(screen.getByRole("button", { name: "Confirm" }));
    expect(await screen.findByText("My plants")).toBeVisible();
  });

  it("says at the password that it is wrong, and goes there", async () => {
    const errors = [{ pointer: "#/password", code: "email_password_mismatch", detail: "Raw words of the server." }];
    server.use(http.post(`${AUTH}/auth/login`, () => problem(400, { errors })));
    show();
    await giveThePassword();
    const field = await screen.findByLabelText("Password");
    await screen.findByText("Address and password do not belong together.");
    expect(field).toHaveFocus();
    expect(field).toHaveAccessibleDescription("Address and password do not belong together.");
    expect(screen.queryByText("Raw words of the server.")).toBeNull();
  });

  it("says how long to wait after too many tries", async () => {
    server.use(http.post(`${AUTH}/auth/login`, () => problem(429, { code: "too-many-requests", retry_after: 60 })));
    show();
    await giveThePassword();
    expect(await screen.findByRole("alert")).toHaveTextContent("Please wait 60 seconds.");
  });
});
