import { Link } from "react-router";

import { useAppWords } from "../words/words";
import en from "../words/en";
import { useTitle } from "../useTitle";

export function NotFoundPage() {
  const words = useAppWords();
  useTitle(words.notFound);
  return (
    <section className="panel">
      <h1>{words.notFound}</h1>
      <p>{words.notFoundWhy}</p>
      <Link to="/">{words.toStart}</Link>
    </section>
  );
}

/** In English, since fetching words may be what has failed. */
export function FaultPage() {
  return (
    <main lang="en">
      <section className="panel" role="alert">
        <h1>{en.broken}</h1>
        <p>{en.brokenWhy}</p>
        <a className="button" href="/">
          {en.reload}
        </a>
      </section>
    </main>
  );
}
