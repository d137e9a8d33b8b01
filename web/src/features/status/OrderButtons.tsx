import { useState } from "react";

import { useCommonWords } from "@/lib/common/words";

import type { Circuit, Order } from "./status";
import { useStatusWords } from "./words";

interface Props {
  circuit: Circuit;
  give: (order: Order) => void;
  isBusy: boolean;
}

/** Open, close, reset; opening stops answers for everybody, so it is asked once more. */
export function OrderButtons({ circuit, give, isBusy }: Props) {
  const words = useStatusWords();
  const [isAsking, setAsking] = useState(false);
  if (isAsking) {
    return (
      <Sure
        question={words.openSure(circuit.label)}
        yes={words.openYes}
        decide={(isSure) => {
          setAsking(false);
          if (isSure) give("open");
        }}
      />
    );
  }
  const name = <span className="hidden">: {circuit.label}</span>;
  return (
    <div className="row">
      <button
        type="button"
        className="danger"
        disabled={isBusy || circuit.override === "forced_open"}
        onClick={() => {
          setAsking(true);
        }}
      >
        {words.orders.open}
        {name}
      </button>
      <button
        type="button"
        disabled={isBusy || circuit.override === null}
        onClick={() => {
          give("close");
        }}
      >
        {words.orders.close}
        {name}
      </button>
      <button
        type="button"
        disabled={isBusy}
        onClick={() => {
          give("reset");
        }}
      >
        {words.orders.reset}
        {name}
      </button>
    </div>
  );
}

function Sure({ question, yes, decide }: { question: string; yes: string; decide: (isSure: boolean) => void }) {
  const common = useCommonWords();
  return (
    <div className="sure" role="group" aria-label={question}>
      <p>
        <strong>{question}</strong>
      </p>
      <div className="row">
        <button
          type="button"
          className="danger"
          onClick={() => {
            decide(true);
          }}
        >
          {yes}
        </button>
        <button
          type="button"
          ref={focus}
          onClick={() => {
            decide(false);
          }}
        >
          {common.cancel}
        </button>
      </div>
    </div>
  );
}

/** The button that changes nothing has the focus. */
function focus(button: HTMLButtonElement | null): void {
  button?.focus();
}
