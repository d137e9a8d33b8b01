import { useState } from "react";
import { Link } from "react-router";

import { ApiProblem } from "@/lib/api/problem";

import { ask } from "./auth";
import { CodeField, Field, PasswordField } from "./Field";
import { Form } from "./Form";
import { useFocusedHeading } from "./SecondFactor";
import { stepAfter } from "./steps";
import { useAccountWords } from "./words";

/** A new password by a code that is mailed; the same for an address that nobody has here. */
export function ResetPassword({ next }: { next: string }) {
  const words = useAccountWords();
  const [step, setStep] = useState<"address" | "code" | "done">("address");
  if (step === "done") return <Done next={next} />;
  if (step === "code") {
    return (
      <NewPassword
        done={() => {
          setStep("done");
        }}
        restart={() => {
          setStep("address");
        }}
      />
    );
  }
  return (
    <section className="panel sign">
      <h1 tabIndex={-1}>{words.reset}</h1>
      <p>{words.resetWhy}</p>
      <Form
        label={words.reset}
        button={words.sendCode}
        send={async ({ email }) => {
          const { type } = await stepAfter(ask("POST", "auth/password/request", { email }));
          if (type !== "reset-password") throw new ApiProblem({ code: "conflict" });
          setStep("code");
        }}
      >
        <Field name="email" label={words.email} type="email" autoComplete="username" />
      </Form>
      <p>
        <Link to="/account/sign-in">{words.signIn}</Link>
      </p>
    </section>
  );
}

function NewPassword({ done, restart }: { done: () => void; restart: () => void }) {
  const words = useAccountWords();
  const heading = useFocusedHeading();
  return (
    <section className="panel sign">
      <h1 tabIndex={-1} ref={heading}>
        {words.checkMail}
      </h1>
      <p>{words.checkMailWhy}</p>
      <Form
        label={words.reset}
        button={words.setPassword}
        send={async ({ key = "", password }) => {
          // Nobody is signed in by that: 401 is the right answer.
          await stepAfter(ask("POST", "auth/password/reset", { key: key.trim(), password }));
          done();
        }}
      >
        <CodeField name="key" label={words.mailCode} />
        <PasswordField
          name="password"
          label={words.newPassword}
          autoComplete="new-password"
          hint={words.passwordHint}
        />
      </Form>
      <button type="button" className="quiet" onClick={restart}>
        {words.startAgain}
      </button>
    </section>
  );
}

function Done({ next }: { next: string }) {
  const words = useAccountWords();
  const heading = useFocusedHeading();
  return (
    <section className="panel sign">
      <h1 tabIndex={-1} ref={heading}>
        {words.reset}
      </h1>
      <p role="status">{words.resetDone}</p>
      <Link className="button primary" to={`/account/sign-in?next=${encodeURIComponent(next)}`}>
        {words.signIn}
      </Link>
    </section>
  );
}
