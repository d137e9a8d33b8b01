import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { ProblemNotice } from "@/components/ProblemNotice";
import { problemOf } from "@/lib/api/problem";
import { moment } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { ask } from "./auth";
import { isoOf } from "./authenticators";
import { useConfirmed } from "./Confirm";
import { deviceOf } from "./device";
import { ProblemLine, useRun } from "./Form";
import { useAccountWords } from "./words";

interface Session {
  id: number;
  user_agent: string;
  ip: string;
  created_at: number; // seconds since 1970
  is_current: boolean;
}

const PATH = "auth/sessions";

/** Where the account is signed in; each can be ended from here. */
export function Devices() {
  const words = useAccountWords();
  const confirmed = useConfirmed();
  const queries = useQueryClient();
  const [said, say] = useState("");
  const { busy, problem, run } = useRun();
  const { data = [], error } = useQuery({
    queryKey: ["sessions"],
    queryFn: async () => (await ask<readonly Session[]>("GET", PATH)).data,
  });
  const end = async (sessions: readonly Session[]) => {
    say("");
    await confirmed(() => ask("DELETE", PATH, { sessions: sessions.map(({ id }) => id) }));
    await queries.invalidateQueries({ queryKey: ["sessions"] });
    say(words.ended);
  };
  const others = data.filter(({ is_current }) => !is_current);
  return (
    <section className="panel" aria-labelledby="devices-title">
      <h2 id="devices-title">{words.devices}</h2>
      <p>{words.devicesWhy}</p>
      {error && <ProblemNotice problem={problemOf(error)} />}
      <ProblemLine problem={problem} />
      <ul className="own-things" aria-labelledby="devices-title">
        {data.map((session) => (
          <Device key={session.id} session={session} busy={busy} end={() => void run(() => end([session]))} />
        ))}
      </ul>
      <p role="status">{said}</p>
      {others.length > 1 && (
        <button type="button" disabled={busy} onClick={() => void run(() => end(others))}>
          {words.endOthers}
        </button>
      )}
    </section>
  );
}

function Device({ session, busy, end }: { session: Session; busy: boolean; end: () => void }) {
  const words = useAccountWords();
  const language = useLanguage();
  const known = deviceOf(session.user_agent);
  const name = known ? words.browserOn(known.browser, known.system) : words.unknownDevice;
  return (
    <li>
      <div>
        <strong>{name}</strong> {session.is_current && <span className="tag">{words.thisDevice}</span>}
        <p className="note">
          {session.ip}, {words.deviceSince(moment(isoOf(session.created_at), language))}
        </p>
      </div>
      {!session.is_current && (
        <button type="button" disabled={busy} aria-label={words.endNamed(name)} onClick={end}>
          {words.end}
        </button>
      )}
    </li>
  );
}
