import type { ReactNode } from "react";

import type { Problem, ProviderReport } from "@/lib/api/types";
import { type CommonWords, PROVIDERS, useCommonWords } from "@/lib/common/words";
import { until } from "@/lib/format";
import { useLanguage } from "@/lib/language";

/** What a provider did, as a sentence without its full stop. */
export function stateOf(report: Pick<ProviderReport, "provider" | "state">, words: CommonWords): string {
  return `${PROVIDERS[report.provider]} ${words.states[report.state] ?? words.noAnswerState}`;
}

/** The words for a problem; what has none of its own gets calm ones, never the server's raw text. */
export function problemWords(problem: Problem, words: CommonWords): { title: string; text: string } {
  const own = words.problems[problem.code] ?? words.unknownProblem;
  return { title: own.title, text: own.text || words.unknownProblem.text };
}

/** What went wrong, in calm words, and what to do next (`children`: buttons and links). */
export function ProblemNotice({ problem, children }: { problem: Problem; children?: ReactNode }) {
  const words = useCommonWords();
  const language = useLanguage();
  const { title, text } = problemWords(problem, words);
  const reasons = (problem.providers ?? []).filter((report) => report.state !== "ok");
  return (
    <article className="panel problem" data-code={problem.code}>
      <h2 tabIndex={-1}>{title}</h2>
      <p>{text}</p>
      {problem.retry_after != null && <p className="lead">{words.waitFor(until(problem.retry_after, language))}</p>}
      {reasons.length > 0 && (
        <ul className="reasons" aria-label={words.reasons}>
          {reasons.map((report) => (
            <li key={report.provider}>{stateOf(report, words)}.</li>
          ))}
        </ul>
      )}
      {children && <div className="row">{children}</div>}
      {problem.request_id && (
        <p className="note">
          {words.label(words.requestId)} <code>{problem.request_id}</code>
        </p>
      )}
    </article>
  );
}
