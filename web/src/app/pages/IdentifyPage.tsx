import { useEffect, useRef, useState } from "react";
import { Link, useLocation } from "react-router";

import { ProblemNotice, problemWords } from "@/components/ProblemNotice";
import { AskForm } from "@/features/identify/AskForm";
import { type Photo, photoPointedTo } from "@/features/identify/photos";
import { useIdentifyWords } from "@/features/identify/words";
import { Waiting } from "@/features/outbox/Waiting";
import type { Problem } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";
import type { Question } from "@/lib/identification/question";
import { useLanguage } from "@/lib/language";

import { useAppWords } from "../words/words";
import { useAsk } from "../useAsk";
import { useTitle } from "../useTitle";
import { RecentPlants } from "./RecentPlants";

/** Drop photos, ask. */
export default function IdentifyPage() {
  const words = useIdentifyWords();
  const common = useCommonWords();
  const language = useLanguage();
  const [photos, setPhotos] = useState<readonly Photo[]>([]);
  const { ask, busy, sent, problem, forget } = useAsk({ isFree: photos.length === 0 });
  useTitle(words.title);

  const send = async (question: Question) => {
    setPhotos((all) => all.map((photo) => ({ ...photo, problem: "" })));
    if (await ask(question)) setPhotos([]);
  };
  const inShort = problem ? problemWords(problem, common).title : "";
  const wrong = photosWith(photos, problem, (detail) => (language === "en" && detail ? detail : inShort));
  return (
    <>
      <section className="intro">
        <h1 tabIndex={-1}>{words.title}</h1>
        <p>{words.intro}</p>
      </section>
      <AskForm
        photos={wrong}
        changePhotos={(changed) => {
          forget();
          setPhotos(changed);
        }}
        ask={(question) => void send(question)}
        busy={busy}
        sent={sent}
      />
      <Told />
      {problem && <AskProblem problem={problem} />}
      <Waiting />
      <RecentPlants />
    </>
  );
}

/** What was done on the page before. */
function Told() {
  const words = useAppWords();
  const { state } = useLocation() as { state: { said?: string } | null };
  return state?.said === "deleted" ? (
    <p className="notice" role="status">
      {words.deleted}
    </p>
  ) : null;
}

/** The photos, each with what is wrong with it: the server's own words are English, so `say` chooses. */
function photosWith(
  photos: readonly Photo[],
  problem: Problem | null,
  say: (detail: string | undefined) => string,
): readonly Photo[] {
  const errors = (problem?.errors ?? []) as { pointer?: string; detail?: string }[];
  if (errors.length === 0) return photos;
  return photos.map((photo, index) => {
    const error = errors.find(({ pointer }) => pointer && photoPointedTo(pointer) === index);
    return error ? { ...photo, problem: say(error.detail) } : photo;
  });
}

function AskProblem({ problem }: { problem: Problem }) {
  const words = useAppWords();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    place.current?.querySelector("h2")?.focus();
  }, [problem]);
  return (
    <section id="result" ref={place} role="alert">
      <ProblemNotice problem={problem}>
        {problem.code === "unauthorized" && (
          <Link className="button primary" to="/account/sign-in?next=/">
            {words.signIn}
          </Link>
        )}
        {problem.code === "no-provider-available" && <p>{words.queued}</p>}
      </ProblemNotice>
    </section>
  );
}
