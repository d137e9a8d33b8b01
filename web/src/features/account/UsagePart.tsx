import { useQuery } from "@tanstack/react-query";

import { ProblemNotice } from "@/components/ProblemNotice";
import { api, dataOf } from "@/lib/api/client";
import { problemOf } from "@/lib/api/problem";
import type { Usage, Use } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";
import { moment } from "@/lib/format";
import { type Language, useLanguage } from "@/lib/language";

import { BarChart } from "./BarChart";
import { type Day, everyDay } from "./days";
import { useAccountWords } from "./words";

/** What was asked in the last 30 days, what it cost, and what is left of today. */
export function UsagePart() {
  const words = useAccountWords();
  const common = useCommonWords();
  const { data, error } = useQuery({
    queryKey: ["usage"],
    queryFn: async () => dataOf(await api.GET("/api/v1/usage/")),
  });
  return (
    <div className="parts">
      <h1 tabIndex={-1}>{words.usage}</h1>
      <p>{words.usageWhy}</p>
      {error && <ProblemNotice problem={problemOf(error)} />}
      {!error && !data && <p className="note">{common.loading}</p>}
      {data && (
        <>
          <Budgets budgets={data.budgets} />
          <Days usage={data} />
        </>
      )}
    </div>
  );
}

function Budgets({ budgets }: { budgets: Usage["budgets"] }) {
  const words = useAccountWords();
  const language = useLanguage();
  const number = new Intl.NumberFormat(language);
  return (
    <section className="panel" aria-labelledby="budgets-title">
      <h2 id="budgets-title">{words.budgets}</h2>
      {budgets.map(({ policy, limit, used, resets_at }) => (
        <div key={policy}>
          <h3>{words.budgetOf[policy] ?? policy}</h3>
          <p>
            {limit === null
              ? words.budgetNone(number.format(used))
              : words.budgetUsed(number.format(used), number.format(limit))}
          </p>
          {limit !== null && limit > 0 && (
            <meter aria-label={words.budgets} value={Math.min(used, limit)} max={limit} high={limit * 0.8} />
          )}
          {limit !== null && <p className="note">{words.budgetResets(moment(resets_at, language))}</p>}
        </div>
      ))}
    </section>
  );
}

function Days({ usage }: { usage: Usage }) {
  const words = useAccountWords();
  const language = useLanguage();
  const number = new Intl.NumberFormat(language);
  const days = everyDay(usage.from, usage.to, usage.days);
  const { totals } = usage;
  const share = new Intl.NumberFormat(language, { style: "percent" }).format(totals.share_from_cache);
  return (
    <section className="panel" aria-labelledby="days-title">
      <h2 id="days-title">{words.usageChart(days.length)}</h2>
      {usage.days.length === 0 ? (
        <p className="note">{words.usageNone}</p>
      ) : (
        <>
          <p className="lead">{words.savedShare(number.format(saved(totals)), share)}</p>
          <BarChart
            caption={words.identifications}
            names={{ lower: words.paidBars, upper: words.freeBars }}
            bars={days.map(({ day, use }) => ({
              label: dayName(day, language),
              lower: (use?.identifications ?? 0) - (use?.free ?? 0),
              upper: use?.free ?? 0,
            }))}
            format={(value) => number.format(value)}
          />
          <details>
            <summary>{words.asTable}</summary>
            <Numbers days={days} totals={totals} />
          </details>
        </>
      )}
    </section>
  );
}

function Numbers({ days, totals }: { days: readonly Day[]; totals: Use }) {
  const words = useAccountWords();
  const language = useLanguage();
  const columns = [
    words.identifications,
    words.fromKept,
    words.failed,
    words.refused,
    words.creditsUsed,
    words.creditsSaved,
  ];
  return (
    // A wide table scrolls by itself, also with the keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="scroll" tabIndex={0} role="group" aria-label={words.asTable}>
      <table className="use-table">
        <thead>
          <tr>
            <th scope="col">{words.date}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{days.map(({ day, use }) => use && <Line key={day} name={dayName(day, language)} use={use} />)}</tbody>
        <tfoot>
          <Line name={words.totals} use={totals} />
        </tfoot>
      </table>
    </div>
  );
}

function Line({ name, use }: { name: string; use: Use }) {
  const number = new Intl.NumberFormat(useLanguage());
  const values = [
    use.identifications,
    use.free,
    use.failed,
    use.refused,
    use.providers.plant_id?.credits ?? 0,
    saved(use),
  ];
  return (
    <tr>
      <th scope="row">{name}</th>
      {values.map((value, column) => (
        // The columns of a table never change their order.
        <td key={String(column)}>{number.format(value)}</td>
      ))}
    </tr>
  );
}

/** Plant.id credits that kept answers have saved; Pl@ntNet's requests cost none. */
function saved(use: Use): number {
  return use.providers.plant_id?.saved ?? 0;
}

/** A day of UTC, whatever the clock here says. */
function dayName(day: string, language: Language): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language, { day: "numeric", month: "short", timeZone: "UTC" });
}
