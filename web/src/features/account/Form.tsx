import { createContext, type ReactNode, use, useEffect, useRef, useState } from "react";

import { problemWords } from "@/components/ProblemNotice";
import { problemOf } from "@/lib/api/problem";
import type { Problem } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";
import { until } from "@/lib/format";
import { type Language, useLanguage } from "@/lib/language";

import { errorsOf } from "./errors";
import { useAccountWords } from "./words";

export type Values = Record<string, string>;

const Errors = createContext<ReadonlyMap<string, string>>(new Map());

/** The sentence about a field of the form around; "" when nothing is wrong with it. */
export function useError(name: string): string {
  return use(Errors).get(name) ?? "";
}

interface Props {
  label: string;
  button: string;
  send: (values: Values, form: HTMLFormElement) => Promise<void>;
  danger?: boolean;
  children?: ReactNode;
  after?: ReactNode; // beside the button
}

/** A form that says what was wrong where it was, and puts the focus there. */
export function Form({ label, button, send, danger = false, children, after }: Props) {
  const words = useAccountWords();
  const { busy, problem, run } = useRun();
  const form = useRef<HTMLFormElement>(null);
  const [known, setKnown] = useState<readonly string[]>([]);
  const errors = errorsOf(problem, words);
  useEffect(() => {
    if (!problem) return;
    const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (wrong ?? form.current?.querySelector<HTMLElement>("[role=alert]"))?.focus();
  }, [problem]);
  return (
    <form
      className="fields"
      aria-label={label}
      noValidate
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        const { currentTarget } = event;
        setKnown(namesIn(currentTarget));
        if (!busy) void run(() => send(valuesOf(currentTarget), currentTarget));
      }}
    >
      <Errors value={errors}>
        <ProblemLine problem={problem} known={known} />
        {children}
      </Errors>
      <div className="row">
        <button type="submit" className={danger ? "danger" : "primary"} disabled={busy}>
          {button}
        </button>
        {after}
      </div>
    </form>
  );
}

/** Runs one thing at a time, and keeps the problem that it ended with. */
export function useRun() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (action: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (error) {
      const found = problemOf(error);
      if (found.code !== "cancelled") setProblem(found);
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run };
}

/** What went wrong and is about no field that is `known` here. */
export function ProblemLine({ problem, known = [] }: { problem: Problem | null; known?: readonly string[] }) {
  const words = useAccountWords();
  const common = useCommonWords();
  const language = useLanguage();
  if (!problem) return null;
  const errors = errorsOf(problem, words);
  const about = [...errors].filter(([name]) => !known.includes(name)).map(([, sentence]) => sentence);
  const general = errors.size === 0 ? generalSentence(problem, words, common, language) : about.join(" ");
  return (
    <p className="notice wrong" role="alert" tabIndex={-1} data-code={problem.code}>
      {general || words.fillIn}
    </p>
  );
}

function generalSentence(
  problem: Problem,
  words: ReturnType<typeof useAccountWords>,
  common: ReturnType<typeof useCommonWords>,
  language: Language,
): string {
  if (problem.code === "conflict") return words.stepOver;
  if (problem.code === "too-many-requests") return words.tooManyTries(until(problem.retry_after ?? 60, language));
  const { title, text } = problemWords(problem, common);
  return words.problems[problem.code] ?? `${title}. ${text}`;
}

function valuesOf(form: HTMLFormElement): Values {
  const texts = [...new FormData(form)].filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return Object.fromEntries(texts);
}

function namesIn(form: HTMLFormElement): readonly string[] {
  return [...form.elements].map((element) => element.getAttribute("name") ?? "").filter(Boolean);
}
