import { useState } from "react";

import { OtherName } from "@/components/OtherName";
import type { Feedback as FeedbackBody, Identification } from "@/lib/api/types";
import { sendFeedback } from "@/lib/identification/feedback";

import { type ResultWords, useResultWords } from "./words";

const OTHERS_MAX = 6;

interface Said {
  was_right: "yes" | "another" | "no";
  name?: string;
}

/** "Was this right?": one press, kept with the identification; a later word replaces it. */
export function Feedback({
  body,
  changed,
}: {
  body: Identification;
  changed?: ((feedback: FeedbackBody) => void) | undefined;
}) {
  const words = useResultWords();
  const [said, setSaid] = useState(() => thanks(body.feedback, words));
  const [isOpen, setOpen] = useState(false);
  const names = body.suggestions.map((each) => each.name).filter((name) => name !== body.verdict?.name);
  const unsure = body.verdict?.level === "unsure";

  const send = async (feedback: Said) => {
    setOpen(false);
    setSaid(words.sending);
    try {
      const stored = await sendFeedback(body.id, feedback);
      setSaid(thanks(stored, words));
      changed?.(stored);
    } catch {
      setSaid(words.notArrived);
    }
  };
  return (
    <section className="block feedback">
      <h3>{unsure ? words.knowIt : words.rightQuestion}</h3>
      <div className="row">
        {!unsure && (
          <button type="button" onClick={() => void send({ was_right: "yes" })}>
            {words.yes}
          </button>
        )}
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen);
          }}
        >
          {names.length ? words.anotherOfThese : words.somethingElse}
        </button>
        <button type="button" onClick={() => void send({ was_right: "no" })}>
          {unsure ? words.noneOfThese : words.no}
        </button>
      </div>
      {isOpen && (
        <OtherName
          names={names.slice(0, OTHERS_MAX)}
          choose={(name) => void send({ was_right: "another", name })}
          words={words}
        />
      )}
      <p className="note" role="status">
        {said}
      </p>
    </section>
  );
}

function thanks(feedback: FeedbackBody | null | undefined, words: ResultWords): string {
  if (!feedback) return "";
  if (feedback.was_right === "yes") return words.saidYes;
  if (feedback.was_right === "no") return words.saidNo;
  return words.saidAnother(feedback.name || words.anotherOne);
}
