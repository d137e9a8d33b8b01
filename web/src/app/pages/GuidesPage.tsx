import { useSearchParams } from "react-router";

import { GuideList } from "@/features/guides/GuideList";
import { useGuidesWords } from "@/features/guides/words";

import { useTitle } from "../useTitle";

/** The care guides; what is searched stands in the address. */
export default function GuidesPage() {
  const words = useGuidesWords();
  const [params, setParams] = useSearchParams();
  useTitle(words.title);
  return (
    <section className="guide-index">
      <header className="heading">
        <h1 tabIndex={-1}>{words.title}</h1>
        <p>{words.intro}</p>
      </header>
      <GuideList
        searched={(params.get("q") ?? "").trim()}
        search={(q, isSameStep) => {
          setParams(q ? { q } : {}, { replace: isSameStep });
        }}
      />
    </section>
  );
}
