import { useState } from "react";

import { download } from "@/lib/blobs";

import { type Authenticator, makeRecoveryCodes } from "./authenticators";
import { useConfirmed } from "./Confirm";
import { CopyButton } from "./CopyButton";
import { ProblemLine, useRun } from "./Form";
import { useFactorsChanged } from "./Totp";
import { useAccountWords } from "./words";

interface Props {
  recovery: Authenticator | undefined;
  isOffered: boolean; // codes stand in for a second factor: without one there are none
}

/** Codes for the day on which the phone is lost. */
export function RecoveryCodes({ recovery, isOffered }: Props) {
  const words = useAccountWords();
  const confirmed = useConfirmed();
  const refresh = useFactorsChanged();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { busy, problem, run } = useRun();
  if (!isOffered) return null;
  const make = async () => {
    setCodes(await confirmed(makeRecoveryCodes));
    await refresh();
  };
  return (
    <section className="panel" aria-labelledby="recovery-title">
      <h2 id="recovery-title">{words.recovery}</h2>
      <p>{words.recoveryWhy}</p>
      {recovery && <p>{words.recoveryLeft(recovery.unused_code_count ?? 0, recovery.total_code_count ?? 0)}</p>}
      <ProblemLine problem={problem} />
      {codes && <Codes codes={codes} />}
      <button type="button" disabled={busy} onClick={() => void run(make)}>
        {words.recoveryNew}
      </button>
    </section>
  );
}

function Codes({ codes }: { codes: readonly string[] }) {
  const words = useAccountWords();
  const text = `${codes.join("\n")}\n`;
  return (
    <>
      <p className="notice" role="status">
        {words.recoveryShown}
      </p>
      <ul className="codes" aria-label={words.recovery}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="row">
        <CopyButton text={text} />
        <button
          type="button"
          onClick={() => {
            download(words.recoveryFile, new Blob([text], { type: "text/plain" }));
          }}
        >
          {words.download}
        </button>
      </div>
    </>
  );
}
