import { type ReactNode, useState } from "react";

import { PoisonFacts, type PoisonReport } from "@/components/PoisonFacts";
import type { Feedback as FeedbackBody, Identification, NextPhoto } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";
import { useLanguage } from "@/lib/language";

import { Candidates } from "./Candidates";
import { Feedback } from "./Feedback";
import { Health } from "./Health";
import { Names } from "./Names";
import { Receipt } from "./Receipt";
import { bestOf, missingIn, sentenceOf } from "./sentences";
import { Verdict } from "./Verdict";
import { type ResultWords, useResultWords } from "./words";

interface Props {
  body: Identification;
  addPhoto?: ((organ: string) => void) | undefined; // none when there is no room for one
  checkHealth?: () => void;
  feedbackGiven?: (feedback: FeedbackBody) => void;
  actions?: ReactNode;
}

/** The whole answer, in the order in which people look for it. */
export function Result({ body, addPhoto, checkHealth, feedbackGiven, actions }: Props) {
  const words = useResultWords();
  const common = useCommonWords();
  const { verdict, suggestions } = body;
  if (!verdict) return null;
  const best = bestOf(verdict, suggestions);
  const isPlant = verdict.level !== "not_a_plant";
  const own = body.photos.map((photo) => ({
    url: photo.url,
    small: photo.thumbnail_url,
    alt: common.yourPhoto(photo.position + 1),
  }));
  return (
    <article className="panel answer" aria-label={words.answer} data-level={verdict.level}>
      {body.simulated && <p className="tag">{words.simulatedAnswer}</p>}
      <Incomplete body={body} />
      <Verdict verdict={verdict} suggestions={suggestions} own={own} />
      {isPlant && <Feedback key={body.id} body={body} changed={feedbackGiven} />}
      {verdict.next_photo && addPhoto && <Next next={verdict.next_photo} words={words} add={addPhoto} />}
      <Candidates
        suggestions={suggestions.filter((each) => each !== best)}
        title={best ? words.otherCandidates : words.itCouldBe}
      />
      {isPlant && <Safety reports={body.safety.reports} isSure={verdict.level === "sure"} words={words} />}
      {isPlant && <Care body={body} words={words} />}
      <Health body={body} checkHealth={checkHealth} />
      {best && <Names suggestion={best} />}
      <Actions body={body} words={words}>
        {actions}
      </Actions>
      <Receipt body={body} />
      <p className="powered">
        {body.receipt.credits_to?.map((credit) => (
          <span key={credit}>{credit}</span>
        ))}
      </p>
    </article>
  );
}

/** What is missing, said before the answer is read. */
function Incomplete({ body }: { body: Identification }) {
  const words = useResultWords();
  const missing = missingIn(body, words, useCommonWords(), useLanguage());
  if (missing.length === 0) return null;
  return (
    <div className="notice degraded">
      <strong>{words.notComplete}</strong> {missing.join(" ")}
    </div>
  );
}

function Next({ next, words, add }: { next: NextPhoto; words: ResultWords; add: (organ: string) => void }) {
  const what = words.photoOf[next.organ] ?? words.anotherPart;
  return (
    <section className="block hint">
      <h3>{words.nextPhoto}</h3>
      <p>
        {words.why[next.reason]} <strong>{words.wouldHelp(what)}</strong>
      </p>
      <button
        type="button"
        onClick={() => {
          add(next.organ);
        }}
      >
        {words.addPhotoOf(what)}
      </button>
    </section>
  );
}

interface SafetyProps {
  reports?: readonly PoisonReport[]; // not yet there in answers of a server that is a version behind
  isSure: boolean;
  words: ResultWords;
}

/** What guides report of poison, with their sources; where there is nothing, that is what it says (law 11). */
function Safety({ reports = [], isSure, words }: SafetyProps) {
  return (
    <section className="block safety">
      <h3>{words.safety}</h3>
      {reports.length === 0 && <p>{words.safetyNoData}</p>}
      {reports.length > 0 && !isSure && <p>{words.safetyOfNamed}</p>}
      {reports.length > 0 && <PoisonFacts reports={reports} />}
      <p>
        <strong>{words.neverEat}</strong>
      </p>
    </section>
  );
}

function Care({ body: { guide }, words }: { body: Identification; words: ResultWords }) {
  return (
    <section className="block care">
      <h3>{words.care}</h3>
      {guide ? (
        <p>
          <a href={guide.url}>{words.guide(guide.title)}</a> {guide.rank === "genus" && words.guideOfGenus}
        </p>
      ) : (
        <p className="note">{words.noCare}</p>
      )}
    </section>
  );
}

function Actions({ body, words, children }: { body: Identification; words: ResultWords; children: ReactNode }) {
  const [said, setSaid] = useState("");
  const text = body.verdict ? words.shareText(sentenceOf(body.verdict, words)) : "";
  const share = async () => {
    const isCancelled = (error: unknown) => error instanceof DOMException && error.name === "AbortError";
    try {
      if (typeof navigator.share === "function") await navigator.share({ text });
      else {
        await navigator.clipboard.writeText(text);
        setSaid(words.shared);
      }
    } catch (error) {
      if (!isCancelled(error)) setSaid(text); // to be copied by hand
    }
  };
  return (
    <div className="block end">
      <div className="row">
        <button type="button" className="quiet" onClick={() => void share()}>
          {words.share}
        </button>
        {children}
      </div>
      <p className="note" role="status">
        {said || words.savedHere}
      </p>
    </div>
  );
}
