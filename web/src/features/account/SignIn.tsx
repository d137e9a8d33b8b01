import { Link } from "react-router";

import { ask } from "./auth";
import { Field, PasswordField } from "./Field";
import { Form } from "./Form";
import { arePasskeysKnown } from "./passkey";
import { PasskeyButton } from "./PasskeyButton";
import { SecondFactor } from "./SecondFactor";
import { Social } from "./Social";
import { useSteps } from "./useSteps";
import { VerifyEmail } from "./VerifyEmail";
import { useAccountWords } from "./words";

interface Props {
  next: string;
  social: readonly string[]; // other services that this server signs in with
  canSignUp: boolean;
}

/** Password, then whatever the server still wants. */
export function SignIn(props: Props) {
  const { step, go, restart } = useSteps(props.next);
  switch (step.type) {
    case "second-factor":
      return <SecondFactor types={step.types} go={go} restart={restart} />;
    case "verify-email":
      return <VerifyEmail go={go} restart={restart} />;
    default:
      return <SignInForm {...props} go={go} />;
  }
}

function SignInForm({ next, social, canSignUp, go }: Props & { go: (action: Promise<unknown>) => Promise<void> }) {
  const words = useAccountWords();
  const query = next === "/" ? "" : `?next=${encodeURIComponent(next)}`;
  return (
    <section className="panel sign">
      <h1 tabIndex={-1}>{words.signIn}</h1>
      <Form
        label={words.signIn}
        button={words.signIn}
        send={({ email, password }) => go(ask("POST", "auth/login", { email, password }))}
        after={<Link to={`/account/reset${query}`}>{words.forgotten}</Link>}
      >
        <Field name="email" label={words.email} type="email" autoComplete="username" />
        <PasswordField name="password" label={words.password} autoComplete="current-password" />
      </Form>
      {(arePasskeysKnown() || social.length > 0) && <p className="or">{words.or}</p>}
      {arePasskeysKnown() && (
        <PasskeyButton path="auth/webauthn/login" go={go}>
          {words.withPasskey}
        </PasskeyButton>
      )}
      <Social names={social} next={next} />
      {canSignUp && (
        <p>
          {words.noAccount} <Link to={`/account/sign-up${query}`}>{words.signUp}</Link>
        </p>
      )}
    </section>
  );
}
