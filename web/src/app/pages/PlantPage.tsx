import { useEffect, useRef, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useQueryClient } from "@tanstack/react-query";

import { ProblemNotice } from "@/components/ProblemNotice";
import { RetryButton } from "@/components/RetryButton";
import { PHOTOS_MAX } from "@/features/identify/photos";
import { Progress } from "@/features/result/Progress";
import { Result } from "@/features/result/Result";
import { sentenceOf } from "@/features/result/sentences";
import { useResultWords } from "@/features/result/words";
import { announce } from "@/lib/announce";
import { api } from "@/lib/api/client";
import { useCommonWords } from "@/lib/common/words";
import { type Live, lives, useLive } from "@/lib/identification/live";

import { useAbout } from "../useAbout";
import { useAgain } from "../useAgain";
import { useTitle } from "../useTitle";
import { useAppWords } from "../words/words";

/** One identification: on its way, answered, or why there is no answer. */
export default function PlantPage() {
  const { id = "" } = useParams();
  return <Plant key={id} id={id} />;
}

function Plant({ id }: { id: string }) {
  const words = useAppWords();
  const live = useLive(id);
  const again = useAgain(live.body);
  const title = useSaid(live);
  useTitle(title ?? words.plant);
  const place = useFocusOn(live.phase);
  return (
    <section id="result" ref={place} className="plant" data-phase={live.phase}>
      <h1 className="hidden">{words.plant}</h1>
      <Shown id={id} live={live} again={again} />
      {again.said && (
        <p className="notice" role="alert">
          {again.said}
        </p>
      )}
      {again.problem && <ProblemNotice problem={again.problem} />}
      {again.picker}
    </section>
  );
}

function Shown({ id, live, again }: { id: string; live: Live; again: ReturnType<typeof useAgain> }) {
  const words = useAppWords();
  const common = useCommonWords();
  const { providers } = useAbout();
  const navigate = useNavigate();
  if (live.phase === "failed" && live.problem) {
    const isGone = live.problem.code === "not-found";
    return (
      <ProblemNotice problem={live.problem}>
        {!isGone && (
          <RetryButton
            seconds={live.problem.retry_after ?? 0}
            disabled={again.busy}
            retry={() => void again.ask(id, {})}
          />
        )}
        <Link className="button" to="/">
          {words.anotherPlant}
        </Link>
      </ProblemNotice>
    );
  }
  if (live.phase === "complete" && live.body) {
    return (
      <Result
        body={live.body}
        addPhoto={live.body.photos.length < PHOTOS_MAX ? again.pick : undefined}
        checkHealth={() => void again.ask(id, { health: true })}
        feedbackGiven={(feedback) => {
          if (live.body) lives.tell(id, { type: "result", body: { ...live.body, feedback } });
        }}
        actions={<Actions id={id} earlier={live.body.continues} />}
      />
    );
  }
  const stored = live.body?.photos.map((photo) => ({ url: photo.url, alt: common.yourPhoto(photo.position + 1) }));
  return (
    <Progress
      providers={providers}
      reports={live.reports}
      soFar={live.soFar}
      own={stored ?? live.own.map((picture, index) => ({ ...picture, alt: common.yourPhoto(index + 1) }))}
      reconnecting={live.reconnecting}
      leave={() => void navigate("/")}
    />
  );
}

function Actions({ id, earlier }: { id: string; earlier?: string | null | undefined }) {
  const words = useAppWords();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [state, setState] = useState<"" | "sure" | "failed">("");
  const remove = async () => {
    try {
      const path = { identification_id: id };
      await api.DELETE("/api/v1/plant-identification/identifications/{identification_id}/", { params: { path } });
      lives.forget(id);
      await queries.invalidateQueries({ queryKey: ["history"] });
      await navigate("/", { state: { said: "deleted" } });
    } catch {
      setState("failed");
    }
  };
  return (
    <>
      <Link className="button" to="/">
        {words.anotherPlant}
      </Link>
      {earlier && <Link to={`/plants/${earlier}`}>{words.before}</Link>}
      {state === "sure" ? (
        <button type="button" className="danger" onClick={() => void remove()}>
          {words.deleteSure}
        </button>
      ) : (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            setState("sure");
          }}
        >
          {words.delete}
        </button>
      )}
      {state === "failed" && <span role="alert">{words.deleteFailed}</span>}
    </>
  );
}

/** The sentence of the answer once it is there, announced to those who cannot see it. */
function useSaid(live: Live): string | null {
  const words = useResultWords();
  const queries = useQueryClient();
  const verdict = live.phase === "complete" ? live.body?.verdict : null;
  const sentence = verdict ? sentenceOf(verdict, words) : null;
  useEffect(() => {
    announce(sentence ?? words.lookingTitle);
    if (sentence) void queries.invalidateQueries({ queryKey: ["history"] });
  }, [sentence, words, queries]);
  return sentence;
}

/** The heading of what the page shows now has the focus: it is read, and the keyboard goes on from there. */
function useFocusOn(phase: string) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    place.current?.querySelector("h2")?.focus({ preventScroll: phase === "running" });
  }, [phase]);
  return place;
}
