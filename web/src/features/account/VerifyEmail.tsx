import { ask } from "./auth";
import { CodeField } from "./Field";
import { Form } from "./Form";
import { type StepProps, useFocusedHeading } from "./SecondFactor";
import { useAccountWords } from "./words";

/** The code of the mail. The same for an address that has an account already: nobody learns who is here. */
export function VerifyEmail({ go, restart }: StepProps) {
  const words = useAccountWords();
  const heading = useFocusedHeading();
  return (
    <section className="panel sign">
      <h1 tabIndex={-1} ref={heading}>
        {words.checkMail}
      </h1>
      <p>{words.checkMailWhy}</p>
      <Form
        label={words.checkMail}
        button={words.confirmCode}
        send={({ key = "" }) => go(ask("POST", "auth/email/verify", { key: key.trim() }))}
      >
        <CodeField name="key" label={words.mailCode} />
      </Form>
      <button type="button" className="quiet" onClick={restart}>
        {words.startAgain}
      </button>
    </section>
  );
}
