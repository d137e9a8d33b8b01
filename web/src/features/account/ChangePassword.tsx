import { useState } from "react";

import { ask } from "./auth";
import { useConfirmed } from "./Confirm";
import { PasswordField, Username } from "./Field";
import { Form } from "./Form";
import { useAccountWords } from "./words";

export function ChangePassword({ email }: { email: string }) {
  const words = useAccountWords();
  const confirmed = useConfirmed();
  const [said, say] = useState("");
  return (
    <section className="panel" aria-labelledby="password-title">
      <h2 id="password-title">{words.password}</h2>
      <Form
        label={words.changePassword}
        button={words.changePassword}
        send={async ({ current_password, new_password }, form) => {
          say("");
          await confirmed(() => ask("POST", "account/password/change", { current_password, new_password }));
          form.reset();
          say(words.passwordChanged);
        }}
      >
        <Username email={email} />
        <PasswordField name="current_password" label={words.currentPassword} autoComplete="current-password" />
        <PasswordField
          name="new_password"
          label={words.newPassword}
          autoComplete="new-password"
          hint={words.passwordHint}
        />
      </Form>
      <p role="status">{said}</p>
    </section>
  );
}
