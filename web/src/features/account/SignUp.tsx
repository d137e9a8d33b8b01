import { Link } from "react-router";

import { ask } from "./auth";
import { Field, PasswordField } from "./Field";
import { Form } from "./Form";
import { SecondFactor } from "./SecondFactor";
import { Social } from "./Social";
import { useSteps } from "./useSteps";
import { VerifyEmail } from "./VerifyEmail";
import { useAccountWords } from "./words";

/** An address and a password; then the code of the mail. */
export function SignUp({ next, social }: { next: string; social: readonly string[] }) {
  const words = useAccountWords();
  const { step, go, restart } = useSteps(next);
  if (step.type === "verify-email") return <VerifyEmail go={go} restart={restart} />;
  if (step.type === "second-factor") return <SecondFactor types={step.types} go={go} restart={restart} />;
  const query = next === "/" ? "" : `?next=${encodeURIComponent(next)}`;
  return (
    <section className="panel sign">
      <h1 tabIndex={-1}>{words.signUp}</h1>
      <Form
        label={words.signUp}
        button={words.signUp}
        send={({ email, password }) => go(ask("POST", "auth/signup", { email, password }))}
      >
        <Field name="email" label={words.email} type="email" autoComplete="username" />
        <PasswordField name="password" label={words.password} autoComplete="new-password" hint={words.passwordHint} />
      </Form>
      {social.length > 0 && <p className="or">{words.or}</p>}
      <Social names={social} next={next} />
      <p>
        {words.haveAccount} <Link to={`/account/sign-in${query}`}>{words.signIn}</Link>
      </p>
    </section>
  );
}
