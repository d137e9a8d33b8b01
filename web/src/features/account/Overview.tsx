import { useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Me } from "@/lib/api/types";
import { day } from "@/lib/format";
import { useLanguage } from "@/lib/language";
import { personChanged } from "@/lib/me";

import { ask } from "./auth";
import { ProblemLine, useRun } from "./Form";
import { stepAfter } from "./steps";
import { useAccountWords } from "./words";

/** For somebody who is not signed in. */
export function Welcome({ canSignUp }: { canSignUp: boolean }) {
  const words = useAccountWords();
  return (
    <section className="panel sign">
      <h1 tabIndex={-1}>{words.account}</h1>
      <p>{words.welcome}</p>
      <div className="row">
        <Link className="button primary" to="/account/sign-in?next=/account">
          {words.signIn}
        </Link>
        {canSignUp && (
          <Link className="button" to="/account/sign-up?next=/account">
            {words.signUp}
          </Link>
        )}
      </div>
    </section>
  );
}

/** Who is signed in. */
export function Overview({ me }: { me: Me }) {
  const words = useAccountWords();
  const language = useLanguage();
  const queries = useQueryClient();
  const { busy, problem, run } = useRun();
  const signOut = async () => {
    await stepAfter(ask("DELETE", "auth/session")); // 401 is the right answer: nobody is signed in any more
    await personChanged(queries, null);
  };
  return (
    <section className="panel">
      <h1 tabIndex={-1}>{words.account}</h1>
      <dl className="facts">
        <dt>{words.email}</dt>
        <dd>
          {me.email} <span className="tag">{me.email_verified ? words.verified : words.notVerified}</span>
        </dd>
        <dt>{words.since}</dt>
        <dd>{day(me.joined_at, language)}</dd>
        <dt>{words.secondFactorFact}</dt>
        <dd>
          <Link to="/account/security">{me.second_factor ? words.secondFactorOn : words.secondFactorOff}</Link>
        </dd>
      </dl>
      <ProblemLine problem={problem} />
      <div className="row">
        <Link className="button" to="/plants">
          {words.yourPlants}
        </Link>
        <button type="button" disabled={busy} onClick={() => void run(signOut)}>
          {words.signOut}
        </button>
      </div>
    </section>
  );
}
