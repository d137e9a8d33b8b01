import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { ProblemNotice } from "@/components/ProblemNotice";
import { api, dataOf } from "@/lib/api/client";
import { problemOf } from "@/lib/api/problem";
import type { ApiKey, NewApiKey } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";
import { day, moment } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { CopyButton } from "./CopyButton";
import { ProblemLine, useRun } from "./Form";
import { MakeKey } from "./MakeKey";
import { useAccountWords } from "./words";

const KEYS = ["api-keys"];

export function ApiKeys() {
  const words = useAccountWords();
  const queries = useQueryClient();
  const [made, setMade] = useState<NewApiKey | null>(null);
  const { data, error } = useQuery({
    queryKey: KEYS,
    queryFn: async () => dataOf(await api.GET("/api/v1/api-keys/")).results,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: KEYS });
  return (
    <div className="parts">
      <h1 tabIndex={-1}>{words.keys}</h1>
      <p>
        {words.keysWhy} <a href="/api/docs/">{words.keysGuide}</a>
      </p>
      {error && <ProblemNotice problem={problemOf(error)} />}
      {made ? (
        <NewKey
          made={made}
          done={() => {
            setMade(null);
          }}
        />
      ) : (
        <MakeKey
          show={async (key) => {
            setMade(key);
            await refresh();
          }}
        />
      )}
      {data && <KeyList keys={data} refresh={refresh} />}
    </div>
  );
}

/** The only moment at which a key can be read. */
function NewKey({ made, done }: { made: NewApiKey; done: () => void }) {
  const words = useAccountWords();
  return (
    <section className="panel" aria-labelledby="new-key-title">
      <h2 id="new-key-title">{made.name}</h2>
      <p className="notice" role="status">
        {words.keyShown}
      </p>
      <code className="secret" id="new-key">
        {made.key}
      </code>
      <div className="row">
        <CopyButton text={made.key} label={words.keyCopy} />
        <button type="button" className="primary" onClick={done}>
          {words.keyDone}
        </button>
      </div>
    </section>
  );
}

function KeyList({ keys, refresh }: { keys: readonly ApiKey[]; refresh: () => Promise<void> }) {
  const words = useAccountWords();
  const [said, say] = useState("");
  const { busy, problem, run } = useRun();
  const revoke = async ({ id }: ApiKey) => {
    await api.POST("/api/v1/api-keys/{key_id}/revoke/", { params: { path: { key_id: id } } });
    await refresh();
    say(words.keyRevoked);
  };
  const remove = async ({ id }: ApiKey) => {
    await api.DELETE("/api/v1/api-keys/{key_id}/", { params: { path: { key_id: id } } });
    await refresh();
    say(words.keyRemoved);
  };
  return (
    <section className="panel" aria-labelledby="keys-title">
      <h2 id="keys-title">{words.keyYours}</h2>
      {keys.length === 0 && <p className="note">{words.keysNone}</p>}
      <ProblemLine problem={problem} />
      <ul className="own-things" aria-labelledby="keys-title">
        {keys.map((key) => (
          <Key
            key={key.id}
            apiKey={key}
            busy={busy}
            revoke={() => void run(() => revoke(key))}
            remove={() => void run(() => remove(key))}
          />
        ))}
      </ul>
      <p role="status">{said}</p>
    </section>
  );
}

interface KeyProps {
  apiKey: ApiKey;
  busy: boolean;
  revoke: () => void;
  remove: () => void;
}

function Key({ apiKey, busy, revoke, remove }: KeyProps) {
  const words = useAccountWords();
  const common = useCommonWords();
  return (
    <li>
      <div>
        <strong className={apiKey.revoked_at ? "over" : ""}>{apiKey.name}</strong>{" "}
        <span className="tag">{apiKey.mode === "live" ? words.liveShort : words.testShort}</span>
        <p>
          <code>{apiKey.prefix}…</code>
        </p>
        <p className="note">{useFacts(apiKey).join(" · ")}</p>
      </div>
      <div className="row">
        {!apiKey.revoked_at && (
          <button type="button" disabled={busy} aria-label={words.revokeNamed(apiKey.name)} onClick={revoke}>
            {words.revoke}
          </button>
        )}
        <button
          type="button"
          className="danger"
          disabled={busy}
          aria-label={words.removeNamed(apiKey.name)}
          onClick={remove}
        >
          {common.remove}
        </button>
      </div>
    </li>
  );
}

function useFacts(key: ApiKey): string[] {
  const words = useAccountWords();
  const language = useLanguage();
  const number = new Intl.NumberFormat(language);
  const hasEnded = key.expires_at !== null && new Date(key.expires_at) <= new Date();
  return [
    key.scopes.map((scope) => words.scopes[scope] ?? scope).join(", "),
    key.rate,
    key.mode === "live" &&
      words.creditsToday(
        number.format(key.credits_today),
        key.credits_per_day === null ? null : number.format(key.credits_per_day),
      ),
    key.last_used_at ? words.lastUsed(moment(key.last_used_at, language)) : words.neverUsed,
    key.expires_at && (hasEnded ? words.expired : words.endsOn)(day(key.expires_at, language)),
    key.revoked_at && words.revoked(day(key.revoked_at, language)),
  ].filter((fact): fact is string => typeof fact === "string" && fact !== "");
}
