import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useSearchParams } from "react-router";

import { api, dataOf } from "@/lib/api/client";
import { problemOf } from "@/lib/api/problem";
import type { Export } from "@/lib/api/types";
import { day, size } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { Form, ProblemLine } from "./Form";
import { useAccountWords } from "./words";

const POLL_MS = 2000; // as often as the server says
const LICENCES = ["CC0-1.0", "CC-BY-4.0", "CC-BY-NC-4.0"] as const;

/** A file with everything; the address of this page keeps which one, so that it is found again after a reload. */
export function ExportPart() {
  const words = useAccountWords();
  const [query, setQuery] = useSearchParams();
  const id = query.get("export") ?? "";
  const { data, error } = useQuery({
    queryKey: ["export", id],
    queryFn: async () =>
      dataOf(await api.GET("/api/v1/me/exports/{export_id}/", { params: { path: { export_id: id } } })),
    enabled: id !== "",
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? POLL_MS : false),
  });
  return (
    <section className="panel" aria-labelledby="export-title">
      <h2 id="export-title">{words.export}</h2>
      <p>{words.exportWhy}</p>
      {data && <State made={data} />}
      <ProblemLine problem={error && problemOf(error)} />
      {!isUnderWay(data) && (
        <Form
          label={words.export}
          button={data ? words.exportAgain : words.exportStart}
          send={async ({ licence = "" }) => {
            const chosen = LICENCES.find((each) => each === licence);
            const asked = dataOf(await api.POST("/api/v1/me/export/", { body: chosen ? { licence: chosen } : {} }));
            setQuery({ export: asked.id }, { replace: true });
          }}
        >
          <Licence />
        </Form>
      )}
    </section>
  );
}

function Licence() {
  const words = useAccountWords();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{words.licence}</label>
      <select id={id} name="licence" defaultValue="">
        <option value="">{words.licenceNone}</option>
        {LICENCES.map((licence) => (
          <option key={licence} value={licence}>
            {licence}
          </option>
        ))}
      </select>
    </div>
  );
}

function State({ made }: { made: Export }) {
  const words = useAccountWords();
  const language = useLanguage();
  const { state, done, total, size_bytes, expires_at, download_url } = made;
  return (
    <>
      <p role="status" data-state={state}>
        {state === "failed" && words.exportFailed}
        {state === "ready" && words.exportReady(size(size_bytes ?? 0, language), day(expires_at ?? "", language))}
        {isUnderWay(made) && (total === null ? words.exportQueued : words.exportRunning(done, total))}
      </p>
      {isUnderWay(made) && <progress aria-label={words.progress} {...(total ? { value: done, max: total } : {})} />}
      {download_url && (
        <a className="button primary" href={download_url} download>
          {words.exportDownload}
        </a>
      )}
    </>
  );
}

function isUnderWay(made: Export | undefined): boolean {
  return made?.state === "queued" || made?.state === "running";
}
