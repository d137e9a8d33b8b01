import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";

import { ProblemNotice } from "@/components/ProblemNotice";
import { problemOf } from "@/lib/api/problem";
import type { Problem } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";
import { useLanguage } from "@/lib/language";

import { OrderButtons } from "./OrderButtons";
import { circuitDetails, circuitSentence } from "./sentences";
import { type Circuit, CIRCUITS, type Order, ORDERS, sendOrder, STATUS, useCircuits } from "./status";
import { useStatusWords } from "./words";

/** The circuits, and the orders that staff may give. */
export function Circuits({ now }: { now: string }) {
  const words = useStatusWords();
  const common = useCommonWords();
  const { data, error, refetch } = useCircuits();
  return (
    <section className="panel" id="circuits">
      <h2>{words.circuits}</h2>
      <p>{words.circuitsWhy}</p>
      {!data && !error && <p className="note">{common.loading}</p>}
      {error && (
        <ProblemNotice problem={problemOf(error)}>
          <button type="button" onClick={() => void refetch()}>
            {common.tryAgain}
          </button>
        </ProblemNotice>
      )}
      {data?.map((circuit) => (
        <CircuitRow key={circuit.provider} circuit={circuit} now={now} />
      ))}
      <ul className="note orders-why">
        {ORDERS.map((order) => (
          <li key={order}>{words.ordersWhy[order]}</li>
        ))}
      </ul>
    </section>
  );
}

function CircuitRow({ circuit, now }: { circuit: Circuit; now: string }) {
  const words = useStatusWords();
  const common = useCommonWords();
  const language = useLanguage();
  const { give, isBusy, done, problem } = useOrder(circuit);
  return (
    <section className="block circuit" data-provider={circuit.provider}>
      <h3>{circuit.label}</h3>
      <p>{circuitSentence(circuit, words)}</p>
      <p className="note">{circuitDetails(circuit, now, words, common, language).join(" ")}</p>
      <OrderButtons circuit={circuit} give={give} isBusy={isBusy} />
      <p className="done" role="status">
        {done && words.ordered(circuit.label, circuitSentence(done, words))}
      </p>
      {problem && <ProblemNotice problem={problem} />}
    </section>
  );
}

/** Giving an order; what the server says the circuit is then is shown at once. */
function useOrder({ provider }: Circuit) {
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [done, setDone] = useState<Circuit | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const send = async (order: Order) => {
    setBusy(true);
    setProblem(null);
    setDone(null);
    try {
      const circuit = await sendOrder(provider, order);
      await queries.cancelQueries({ queryKey: CIRCUITS }); // its answer would be of before
      queries.setQueryData<Circuit[]>(CIRCUITS, (all) =>
        all?.map((each) => (each.provider === provider ? circuit : each)),
      );
      setDone(circuit);
      await queries.invalidateQueries({ queryKey: STATUS });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return { give: (order: Order) => void send(order), isBusy, done, problem };
}
