import { ProblemNotice } from "@/components/ProblemNotice";
import { problemOf } from "@/lib/api/problem";
import { useCommonWords } from "@/lib/common/words";
import { useLanguage } from "@/lib/language";

import { Circuits } from "./Circuits";
import { Quota } from "./Quota";
import { backSentence, timeOf } from "./sentences";
import { type Status, useStatus } from "./status";
import { ToFixList } from "./ToFixList";
import { useStatusWords } from "./words";

/** How the server is doing; for staff also what to mend. */
export function StatusView() {
  const common = useCommonWords();
  const words = useStatusWords();
  const language = useLanguage();
  const { data, error, refetch } = useStatus();
  if (!data) {
    if (!error) return <p className="note">{common.loading}</p>;
    return (
      <ProblemNotice problem={problemOf(error)}>
        <button type="button" onClick={() => void refetch()}>
          {common.tryAgain}
        </button>
      </ProblemNotice>
    );
  }
  const time = timeOf(data.at, language);
  return (
    <>
      {error && (
        <p className="notice" role="alert">
          {words.notRead(time)}
        </p>
      )}
      <Health health={data.health} />
      <Providers status={data} />
      <Today today={data.today} />
      <p className="note">{words.lookedAt(time)}</p>
      {data.to_fix && <ToFixList toFix={data.to_fix} />}
      {data.quota && <Quota quota={data.quota} />}
      {data.quota && <Circuits now={data.at} />}
    </>
  );
}

function Health({ health }: { health: Status["health"] }) {
  const words = useStatusWords();
  return (
    <section className={`panel health-${health}`} role="status">
      <h2>{words.health[health]}</h2>
      <p>{words.healthWhy[health]}</p>
    </section>
  );
}

function Providers({ status }: { status: Status }) {
  const words = useStatusWords();
  const language = useLanguage();
  return (
    <section className="panel">
      <h2>{words.providers}</h2>
      <ul className="providers" id="provider-states">
        {status.providers.map((each) => (
          <li key={each.name} className={each.state === "answering" ? "answered" : "failed"} data-state={each.state}>
            <span>
              <strong>{each.label}</strong> {words.states[each.state]}. {backSentence(each, status.at, words, language)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Today({ today }: { today: Status["today"] }) {
  const words = useStatusWords();
  const language = useLanguage();
  const count = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  return (
    <section className="panel">
      <h2>{words.today}</h2>
      {today ? (
        <dl className="numbers">
          <Number value={count.format(today.identifications)} name={words.identifications} />
          <Number value={share.format(today.share_from_cache)} name={words.shareFromCache} />
          <Number value={count.format(today.calls_avoided)} name={words.callsAvoided} />
        </dl>
      ) : (
        <p>{words.todayUnknown}</p>
      )}
      <p className="note">{words.todayWhy}</p>
    </section>
  );
}

function Number({ value, name }: { value: string; name: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
