import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { api } from "@/lib/api/client";
import type { Me } from "@/lib/api/types";
import { moment } from "@/lib/format";
import { useLanguage } from "@/lib/language";
import { refreshMe } from "@/lib/me";

import { ProblemLine, useRun } from "./Form";
import { useAccountWords } from "./words";

/** Of an account that will be deleted: when, and how to keep it. */
export function Leaving({ me }: { me: Me }) {
  const words = useAccountWords();
  const language = useLanguage();
  const queries = useQueryClient();
  const [kept, setKept] = useState(false);
  const { busy, problem, run } = useRun();
  const due = me.deletion_scheduled_for;
  const wasDue = useRef(due);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (due && !wasDue.current) heading.current?.focus(); // the form that asked for it is gone
    wasDue.current = due;
  }, [due]);
  const keep = async () => {
    await api.POST("/api/v1/me/undo-deletion/");
    await refreshMe(queries);
    await queries.invalidateQueries(); // what was refused meanwhile
    setKept(true);
  };
  if (!due) {
    return kept ? (
      <p className="notice" role="status">
        {words.kept}
      </p>
    ) : null;
  }
  return (
    <section className="notice leaving" aria-labelledby="leaving-title">
      <h2 id="leaving-title" tabIndex={-1} ref={heading}>
        {words.leaving(moment(due, language))}
      </h2>
      <p>{words.leavingWhy}</p>
      <ProblemLine problem={problem} />
      <button type="button" className="primary" disabled={busy} onClick={() => void run(keep)}>
        {words.keep}
      </button>
    </section>
  );
}
