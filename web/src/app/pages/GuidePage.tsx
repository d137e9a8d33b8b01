import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import { ProblemNotice } from "@/components/ProblemNotice";
import { readGuide } from "@/features/guides/guides";
import { GuideView } from "@/features/guides/GuideView";
import { useGuidesWords } from "@/features/guides/words";
import { problemOf } from "@/lib/api/problem";
import { useCommonWords } from "@/lib/common/words";

import { useTitle } from "../useTitle";

/** One care guide, or that there is none. */
export default function GuidePage() {
  const { slug = "" } = useParams();
  const words = useGuidesWords();
  const common = useCommonWords();
  const { data, error, refetch } = useQuery({
    queryKey: ["guides", "one", slug],
    queryFn: ({ signal }) => readGuide(slug, signal),
  });
  useTitle(data === null ? words.notFound : (data?.title ?? words.guide));
  const toAll = <Link to="/care">{words.allGuides}</Link>;
  if (data) return <GuideView guide={data}>{toAll}</GuideView>;
  if (data === null) {
    return (
      <section className="panel">
        <h1 tabIndex={-1}>{words.notFound}</h1>
        <p>{words.notFoundWhy}</p>
        {toAll}
      </section>
    );
  }
  if (!error) return <p className="note">{common.loading}</p>;
  return (
    <ProblemNotice problem={problemOf(error)}>
      <button type="button" onClick={() => void refetch()}>
        {common.tryAgain}
      </button>
      {toAll}
    </ProblemNotice>
  );
}
