import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useCommonWords } from "@/lib/common/words";
import { day } from "@/lib/format";
import { useLanguage } from "@/lib/language";
import { refreshMe } from "@/lib/me";

import { ask } from "./auth";
import { type Authenticator, AUTHENTICATORS, isoOf, readTotpOffer, type TotpOffer } from "./authenticators";
import { useConfirmed } from "./Confirm";
import { CodeField } from "./Field";
import { Form, ProblemLine, useRun } from "./Form";
import { QrCode } from "./QrCode";
import { useAccountWords } from "./words";

/** An authenticator app: set up, or turned off. */
export function Totp({ totp }: { totp: Authenticator | undefined }) {
  const words = useAccountWords();
  const language = useLanguage();
  const confirmed = useConfirmed();
  const refresh = useFactorsChanged();
  const [offer, setOffer] = useState<TotpOffer | null>(null);
  const [said, say] = useState("");
  const { busy, problem, run } = useRun();
  const turnOff = async () => {
    await confirmed(() => ask("DELETE", "account/authenticators/totp"));
    await refresh();
    say(words.totpOffDone);
  };
  return (
    <section className="panel" aria-labelledby="totp-title">
      <h2 id="totp-title">{words.totp}</h2>
      <p>{totp ? words.totpOn(day(isoOf(totp.created_at), language)) : words.totpWhy}</p>
      <p role="status">{said}</p>
      <ProblemLine problem={problem} />
      {totp && (
        <button type="button" className="danger" disabled={busy} onClick={() => void run(turnOff)}>
          {words.totpOff}
        </button>
      )}
      {!totp && !offer && (
        <button
          type="button"
          disabled={busy}
          onClick={() =>
            void run(async () => {
              setOffer(await confirmed(readTotpOffer));
            })
          }
        >
          {words.totpSetUp}
        </button>
      )}
      {!totp && offer && (
        <SetUp
          offer={offer}
          cancel={() => {
            setOffer(null);
          }}
          done={async () => {
            await refresh();
            setOffer(null);
            say(words.totpDone);
          }}
        />
      )}
    </section>
  );
}

function SetUp({ offer, cancel, done }: { offer: TotpOffer; cancel: () => void; done: () => Promise<void> }) {
  const words = useAccountWords();
  const common = useCommonWords();
  const confirmed = useConfirmed();
  return (
    <>
      <p>{words.totpScan}</p>
      <QrCode text={offer.totp_url} label={words.totpQr} />
      <p>
        {words.totpSecret} <code className="secret">{offer.secret}</code>
      </p>
      <Form
        label={words.totpSetUp}
        button={words.totpActivate}
        send={async ({ code = "" }) => {
          await confirmed(() => ask("POST", "account/authenticators/totp", { code: code.trim() }));
          await done();
        }}
        after={
          <button type="button" onClick={cancel}>
            {common.cancel}
          </button>
        }
      >
        <CodeField name="code" label={words.code} numeric />
      </Form>
    </>
  );
}

/** Both the list and the account tell whether there is a second factor. */
export function useFactorsChanged(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries(AUTHENTICATORS);
    await refreshMe(queries);
  };
}
