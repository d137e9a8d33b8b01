import { Link, useSearchParams } from "react-router";

import { readFilters, writeFilters } from "@/features/history/filters";
import { History } from "@/features/history/History";
import { useHistoryWords } from "@/features/history/words";

import { useTitle } from "../useTitle";
import { useAppWords } from "../words/words";

/** The visitor's plants; the filters stand in the address. */
export default function HistoryPage() {
  const app = useAppWords();
  const words = useHistoryWords();
  const [params, setParams] = useSearchParams();
  useTitle(words.title);
  return (
    <section className="history">
      <header className="heading">
        <h1 tabIndex={-1}>{words.title}</h1>
        <p>{words.intro}</p>
      </header>
      <History
        filters={readFilters(params)}
        change={(filters, isSameStep = false) => {
          setParams(writeFilters(filters), { replace: isSameStep });
        }}
        signIn={
          <Link className="button primary" to="/account/sign-in?next=/plants">
            {app.signIn}
          </Link>
        }
      />
    </section>
  );
}
