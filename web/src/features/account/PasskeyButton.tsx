import type { ReactNode } from "react";

import { ask } from "./auth";
import { ProblemLine, useRun } from "./Form";
import { type RequestOptions, signWithPasskey } from "./passkey";

interface Props {
  path: "auth/webauthn/login" | "auth/webauthn/authenticate"; // alone, or after the password
  go: (action: Promise<unknown>) => Promise<void>;
  children: ReactNode;
}

/** Signs what the server asks for with a passkey, and goes on with what it says to that. */
export function PasskeyButton({ path, go, children }: Props) {
  const { busy, problem, run } = useRun();
  const sign = async () => {
    const { data } = await ask<{ request_options: RequestOptions }>("GET", path);
    const credential = await signWithPasskey(data.request_options);
    await go(ask("POST", path, { credential }));
  };
  return (
    <>
      <ProblemLine problem={problem} />
      <button type="button" disabled={busy} onClick={() => void run(sign)}>
        {children}
      </button>
    </>
  );
}
