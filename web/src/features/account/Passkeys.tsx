import { useState } from "react";

import { useCommonWords } from "@/lib/common/words";
import { day, moment } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { ask } from "./auth";
import { type Authenticator, isoOf } from "./authenticators";
import { useConfirmed } from "./Confirm";
import { Field } from "./Field";
import { Form, ProblemLine, useRun } from "./Form";
import { arePasskeysKnown, type CreationOptions, makePasskey } from "./passkey";
import { useFactorsChanged } from "./Totp";
import { useAccountWords } from "./words";

const PATH = "account/authenticators/webauthn";

export function Passkeys({ passkeys }: { passkeys: readonly Authenticator[] }) {
  const words = useAccountWords();
  const confirmed = useConfirmed();
  const refresh = useFactorsChanged();
  const [said, say] = useState("");
  const { busy, problem, run } = useRun();
  const remove = async ({ id }: Authenticator) => {
    say("");
    await confirmed(() => ask("DELETE", PATH, { authenticators: [id] }));
    await refresh();
    say(words.passkeyRemoved);
  };
  return (
    <section className="panel" aria-labelledby="passkeys-title">
      <h2 id="passkeys-title">{words.passkeys}</h2>
      <p>{words.passkeysWhy}</p>
      <ProblemLine problem={problem} />
      {passkeys.length === 0 && <p className="note">{words.passkeysNone}</p>}
      <ul className="own-things" aria-labelledby="passkeys-title">
        {passkeys.map((passkey) => (
          <Passkey key={passkey.id} passkey={passkey} busy={busy} remove={() => void run(() => remove(passkey))} />
        ))}
      </ul>
      <p role="status">{said}</p>
      {arePasskeysKnown() ? (
        <Form
          label={words.passkeyAdd}
          button={words.passkeyAdd}
          send={async ({ name = "" }, form) => {
            say("");
            // Always one that signs in by itself: the server asks for a key that the device keeps and unlocks.
            const { data } = await confirmed(() =>
              ask<{ creation_options: CreationOptions }>("GET", `${PATH}?passwordless`),
            );
            const credential = await makePasskey(data.creation_options);
            await confirmed(() => ask("POST", PATH, { name: name.trim(), credential }));
            form.reset();
            await refresh();
            say(words.passkeyAdded);
          }}
        >
          <Field name="name" label={words.passkeyName} maxLength={100} autoComplete="off" />
        </Form>
      ) : (
        <p className="note">{words.passkeyUnsupported}</p>
      )}
    </section>
  );
}

function Passkey({ passkey, busy, remove }: { passkey: Authenticator; busy: boolean; remove: () => void }) {
  const words = useAccountWords();
  const common = useCommonWords();
  const language = useLanguage();
  const { name = "", created_at, last_used_at } = passkey;
  const used = last_used_at === null ? words.neverUsed : words.lastUsed(moment(isoOf(last_used_at), language));
  return (
    <li>
      <div>
        <strong>{name}</strong>
        <p className="note">
          {words.added(day(isoOf(created_at), language))}, {used}
        </p>
      </div>
      <button type="button" disabled={busy} aria-label={words.removeNamed(name)} onClick={remove}>
        {common.remove}
      </button>
    </li>
  );
}
