import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { outbox } from "@/features/outbox/outbox";
import type { Problem } from "@/lib/api/types";
import { problemOf } from "@/lib/api/problem";
import type { Question } from "@/lib/identification/question";

/**
 * Asking: the photos go into the outbox, and the page goes to the answer as soon as the server has them. A question that
 * waited for its asker to sign in takes the page with it only where `isFree`: photos that were picked meanwhile stay.
 */
export function useAsk({ isFree = true } = {}): {
  ask: (question: Question) => Promise<boolean>;
  busy: boolean;
  sent: number | null;
  problem: Problem | null;
  forget: () => void;
} {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const asked = useRef("");
  useEffect(
    () =>
      outbox.onAccepted((key, id) => {
        void queries.invalidateQueries({ queryKey: ["history"] }); // it is in there from now on
        if (key === asked.current || (isFree && outbox.isHandedOver(key))) void navigate(`/plants/${id}`);
      }),
    [navigate, queries, isFree],
  );

  const sent = useSyncExternalStore(outbox.subscribe, () => outbox.shareSent(asked.current));

  /** Whether the question is out of hand: the server has it, or the outbox keeps it. */
  const ask = async (question: Question): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      const { key, delivery } = await outbox.add(question);
      asked.current = key;
      const ended = await delivery;
      if (ended.type !== "accepted") setProblem(ended.type === "waiting" ? ended.item.problem : ended.problem);
      return ended.type !== "refused";
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return {
    ask,
    busy,
    sent,
    problem,
    forget: () => {
      setProblem(null);
    },
  };
}
