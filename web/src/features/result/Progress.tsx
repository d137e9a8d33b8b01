import type { Picture } from "@/components/Gallery";
import { stateOf } from "@/components/ProblemNotice";
import type { ProviderName, ProviderReport, Suggestion, Verdict as VerdictBody } from "@/lib/api/types";
import { PROVIDERS, useCommonWords } from "@/lib/common/words";
import { seconds } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { Verdict } from "./Verdict";
import { useResultWords } from "./words";

interface Props {
  providers: readonly ProviderName[];
  reports: readonly ProviderReport[];
  soFar: { verdict: VerdictBody; suggestions: readonly Suggestion[] } | null;
  own: readonly Picture[];
  reconnecting: boolean;
  leave: () => void;
}

/** Who has been asked, who has answered, and what the first one says. */
export function Progress({ providers, reports, soFar, own, reconnecting, leave }: Props) {
  const words = useResultWords();
  return (
    <article className="panel progress" aria-busy="true">
      <h2 id="progress-title" tabIndex={-1}>
        {words.lookingTitle}
      </h2>
      <ul className="providers">
        {providers.map((provider) => (
          <Line key={provider} provider={provider} report={reports.find((each) => each.provider === provider)} />
        ))}
      </ul>
      <p className="note">{reconnecting ? words.reconnecting : words.takes}</p>
      <div className="row">
        <button type="button" className="quiet" onClick={leave}>
          {words.stopWaiting}
        </button>
      </div>
      {soFar && <Verdict verdict={soFar.verdict} suggestions={soFar.suggestions} own={own} tag={words.firstAnswer} />}
    </article>
  );
}

function Line({ provider, report }: { provider: ProviderName; report: ProviderReport | undefined }) {
  const words = useResultWords();
  const common = useCommonWords();
  const language = useLanguage();
  if (!report) return <li className="asking">{words.isLooking(PROVIDERS[provider])}</li>;
  if (report.state !== "ok") return <li className="failed">{stateOf(report, common)}</li>;
  return <li className="answered">{words.answeredIn(PROVIDERS[provider], seconds(report.seconds, language))}</li>;
}
