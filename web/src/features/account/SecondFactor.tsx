import { useEffect, useRef } from "react";

import { ask } from "./auth";
import { CodeField } from "./Field";
import { Form } from "./Form";
import { arePasskeysKnown } from "./passkey";
import { PasskeyButton } from "./PasskeyButton";
import { useAccountWords } from "./words";

export interface StepProps {
  go: (action: Promise<unknown>) => Promise<void>;
  restart: () => void;
}

/** A new step begins at its heading. */
export function useFocusedHeading() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return heading;
}

/** The code of an authenticator or a recovery code; a passkey does, too. */
export function SecondFactor({ types, go, restart }: StepProps & { types: readonly string[] }) {
  const words = useAccountWords();
  const heading = useFocusedHeading();
  return (
    <section className="panel sign">
      <h1 tabIndex={-1} ref={heading}>
        {words.secondFactor}
      </h1>
      <p>{words.secondFactorWhy}</p>
      <Form
        label={words.secondFactor}
        button={words.confirmCode}
        send={({ code = "" }) => go(ask("POST", "auth/2fa/authenticate", { code: code.trim() }))}
      >
        <CodeField name="code" label={words.code} />
      </Form>
      {types.includes("webauthn") && arePasskeysKnown() && (
        <PasskeyButton path="auth/webauthn/authenticate" go={go}>
          {words.usePasskey}
        </PasskeyButton>
      )}
      <button type="button" className="quiet" onClick={restart}>
        {words.startAgain}
      </button>
    </section>
  );
}
