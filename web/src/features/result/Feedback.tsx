import { useId, useRef, useState } from "react";

import type { Feedback as FeedbackBody, Identification } from "@/lib/api/types";

import { sendFeedback } from "./api/send-feedback";
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
        <Others names={names.slice(0, OTHERS_MAX)} choose={(name) => void send({ was_right: "another", name })} />
      )}
      <p className="note" role="status">
        {said}
      </p>
    </section>
  );
}

/** The other names to choose from, and a field for one that is not among them. */
function Others({ names, choose }: { names: string[]; choose: (name: string) => void }) {
  const words = useResultWords();
  const [name, setName] = useState("");
  const isFirst = useRef(true);
  const id = useId();
  return (
    <div
      className="others"
      ref={(place) => {
        if (isFirst.current) place?.querySelector<HTMLElement>("button, input")?.focus();
        isFirst.current = false;
      }}
    >
      {names.length > 0 && (
        <div className="row">
          {names.map((each) => (
            <button
              key={each}
              type="button"
              className="quiet"
              onClick={() => {
                choose(each);
              }}
            >
              <i>{each}</i>
            </button>
          ))}
        </div>
      )}
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) choose(name.trim());
        }}
      >
        <label htmlFor={id}>{words.orItsName}</label>
        <input
          id={id}
          maxLength={200}
          autoComplete="off"
          value={name}
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
        <button type="submit" className="quiet">
          {words.send}
        </button>
      </form>
    </div>
  );
}

function thanks(feedback: FeedbackBody | null | undefined, words: ResultWords): string {
  if (!feedback) return "";
  if (feedback.was_right === "yes") return words.saidYes;
  if (feedback.was_right === "no") return words.saidNo;
  return words.saidAnother(feedback.name || words.anotherOne);
}
