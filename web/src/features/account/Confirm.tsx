import { createContext, type ReactNode, use, useEffect, useRef, useState } from "react";

import { ApiProblem, problemOf } from "@/lib/api/problem";
import { useCommonWords } from "@/lib/common/words";
import { useMe } from "@/lib/me";

import { ask } from "./auth";
import { CodeField, PasswordField, Username } from "./Field";
import { Form, ProblemLine, useRun } from "./Form";
import { arePasskeysKnown, type RequestOptions, signWithPasskey } from "./passkey";
import { wantsConfirmation } from "./steps";
import { useAccountWords } from "./words";

type Confirmed = <T>(action: () => Promise<T>) => Promise<T>;

const Context = createContext<Confirmed>((action) => action());

/** Does what is asked; where the server wants to be sure who asks, the person confirms it and it goes on. */
export function useConfirmed(): Confirmed {
  return use(Context);
}

interface Waiting {
  goOn: () => void;
  cancel: () => void;
}

export function Confirming({ children }: { children: ReactNode }) {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const confirmed: Confirmed = async (action) => {
    try {
      return await action();
    } catch (error) {
      if (!wantsConfirmation(problemOf(error))) throw error;
    }
    await new Promise<void>((resolve, reject) => {
      setWaiting({
        goOn: resolve,
        cancel: () => {
          reject(new ApiProblem({ code: "cancelled" }));
        },
      });
    }).finally(() => {
      setWaiting(null);
    });
    return action();
  };
  return (
    <Context value={confirmed}>
      {children}
      {waiting && <ConfirmDialog {...waiting} />}
    </Context>
  );
}

function ConfirmDialog({ goOn, cancel }: Waiting) {
  const words = useAccountWords();
  const common = useCommonWords();
  const me = useMe();
  const dialog = useRef<HTMLDialogElement>(null);
  const [byCode, setByCode] = useState(false);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close(); // gives the focus back to where it was
    };
  }, []);
  return (
    <dialog className="panel" ref={dialog} onCancel={cancel} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{words.confirmTitle}</h2>
      <p>{words.confirmWhy}</p>
      <Form
        key={byCode ? "code" : "password"}
        label={words.confirmTitle}
        button={words.confirm}
        send={async ({ password, code = "" }) => {
          if (byCode) await ask("POST", "auth/2fa/reauthenticate", { code: code.trim() });
          else await ask("POST", "auth/reauthenticate", { password });
          goOn();
        }}
        after={
          <button type="button" onClick={cancel}>
            {common.cancel}
          </button>
        }
      >
        <Username email={me?.email} />
        {byCode ? (
          <CodeField name="code" label={words.code} />
        ) : (
          <PasswordField name="password" label={words.password} autoComplete="current-password" />
        )}
      </Form>
      {me?.second_factor && (
        <div className="row">
          <button
            type="button"
            className="quiet"
            onClick={() => {
              setByCode(!byCode);
            }}
          >
            {byCode ? words.withPassword : words.withCode}
          </button>
          {arePasskeysKnown() && <ConfirmByPasskey goOn={goOn} />}
        </div>
      )}
    </dialog>
  );
}

function ConfirmByPasskey({ goOn }: { goOn: () => void }) {
  const words = useAccountWords();
  const { busy, problem, run } = useRun();
  return (
    <>
      <button
        type="button"
        className="quiet"
        disabled={busy}
        onClick={() =>
          void run(async () => {
            const { data } = await ask<{ request_options: RequestOptions }>("GET", "auth/webauthn/reauthenticate");
            const credential = await signWithPasskey(data.request_options);
            await ask("POST", "auth/webauthn/reauthenticate", { credential });
            goOn();
          })
        }
      >
        {words.usePasskey}
      </button>
      <ProblemLine problem={problem} />
    </>
  );
}
