import { useState } from "react";

import { csrfHeader } from "@/lib/api/csrf";

import { haveCsrfCookie } from "./auth";
import { ProblemLine, useRun } from "./Form";
import { useAccountWords } from "./words";

const NAMES: Record<string, string> = { google: "Google", github: "GitHub", apple: "Apple" };
const ADDRESS = "/api/v1/auth/browser/v1/auth/provider/redirect";

/** Other services to sign in with, where this server has any. */
export function Social({ names, next }: { names: readonly string[]; next: string }) {
  const words = useAccountWords();
  const { busy, problem, run } = useRun();
  const [token, setToken] = useState("");
  return (
    <>
      <ProblemLine problem={problem} />
      {names.map((name) => (
        // A form of its own, since it leads away: the server answers with a redirect to the service.
        <form
          key={name}
          method="post"
          action={ADDRESS}
          onSubmit={(event) => {
            if (token) return;
            event.preventDefault();
            const form = event.currentTarget;
            void run(async () => {
              await haveCsrfCookie();
              setToken(csrfHeader()["X-CSRFToken"] ?? "");
              requestAnimationFrame(() => {
                form.requestSubmit();
              });
            });
          }}
        >
          <input type="hidden" name="provider" value={name} />
          <input type="hidden" name="process" value="login" />
          <input type="hidden" name="callback_url" value={new URL(next, window.location.origin).href} />
          <input type="hidden" name="csrfmiddlewaretoken" value={token} />
          <button type="submit" className="wide" disabled={busy}>
            {words.withProvider(NAMES[name] ?? name)}
          </button>
        </form>
      ))}
    </>
  );
}
