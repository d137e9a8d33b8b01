import type { Identification, ProviderName, ProviderReport } from "@/lib/api/types";
import { stateOf } from "@/components/ProblemNotice";
import { PROVIDERS, useCommonWords } from "@/lib/common/words";
import { age, moment, seconds } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { costOf, missingIn } from "./sentences";
import { useResultWords } from "./words";

/** Where the answer comes from, what it took, and what is missing in it (law 10). */
export function Receipt({ body }: { body: Identification }) {
  const words = useResultWords();
  const common = useCommonWords();
  const language = useLanguage();
  const costs = Object.entries(body.cost).map(
    ([provider, amount]) =>
      `${PROVIDERS[provider as ProviderName]} ${costOf(provider as ProviderName, amount, words, language)}`,
  );
  const facts: [string, string][] = [
    [words.cost, costs.join(", ") || words.costNothing],
    [words.asked, moment(body.created_at, language)],
    [words.simulated, body.simulated ? words.simulatedWhy : ""],
    [words.missing, missingIn(body, words, common, language).join(" ")],
    [common.requestId, body.receipt.request_id ?? ""],
    [words.identification, body.id],
  ];
  return (
    <details className="block receipt">
      <summary>{words.receipt}</summary>
      <ul>
        {body.providers.map((report) => (
          <Line key={report.provider} report={report} />
        ))}
      </ul>
      <dl className="facts">
        {facts
          .filter(([, text]) => text)
          .map(([term, text]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{text}</dd>
            </div>
          ))}
      </dl>
    </details>
  );
}

function Line({ report }: { report: ProviderReport }) {
  const words = useResultWords();
  const common = useCommonWords();
  const language = useLanguage();
  const source = words.sources[sourceOf(report)];
  const facts = [
    `${stateOf(report, common)} (${seconds(report.seconds, language)})`,
    report.state === "ok" && source,
    report.age > 60 && age(report.age, language),
    report.credits && costOf(report.provider, report.credits, words, language),
    report.maybe_charged && words.maybeCharged,
    report.model_version && words.model(report.model_version),
    report.simulated && words.simulated.toLowerCase(),
  ];
  return <li>{facts.filter(Boolean).join(" · ")}</li>;
}

/** In the four words of a receipt: the layers of the cache are not the asker's business. */
function sourceOf({ source, stale_because: stale }: ProviderReport): string {
  if (stale || source === "stale") return "stale";
  return source === "fresh" || source === "collapsed" ? source : "cached";
}
