import { useQuery } from "@tanstack/react-query";

import { ProblemNotice } from "@/components/ProblemNotice";
import { problemOf } from "@/lib/api/problem";
import type { Me } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";

import { AUTHENTICATORS } from "./authenticators";
import { ChangePassword } from "./ChangePassword";
import { Devices } from "./Devices";
import { Passkeys } from "./Passkeys";
import { RecoveryCodes } from "./RecoveryCodes";
import { Totp } from "./Totp";
import { useAccountWords } from "./words";

/** How one signs in, and where one is signed in. */
export function Security({ me }: { me: Me }) {
  const words = useAccountWords();
  return (
    <div className="parts">
      <h1 tabIndex={-1}>{words.security}</h1>
      <ChangePassword email={me.email} />
      <Factors />
      <Devices />
    </div>
  );
}

function Factors() {
  const common = useCommonWords();
  const { data, error } = useQuery(AUTHENTICATORS);
  if (error) return <ProblemNotice problem={problemOf(error)} />;
  if (!data) return <p className="note">{common.loading}</p>;
  return (
    <>
      <Passkeys passkeys={data.filter(({ type }) => type === "webauthn")} />
      <Totp totp={data.find(({ type }) => type === "totp")} />
      <RecoveryCodes
        recovery={data.find(({ type }) => type === "recovery_codes")}
        isOffered={data.some(({ type }) => type !== "recovery_codes")}
      />
    </>
  );
}
