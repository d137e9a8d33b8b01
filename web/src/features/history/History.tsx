import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "react-router";

import { ProblemNotice } from "@/components/ProblemNotice";
import { problemOf } from "@/lib/api/problem";
import { useCommonWords } from "@/lib/common/words";

import { deletions, useDeletions } from "./deletions";
import { Export } from "./Export";
import { FilterBar } from "./FilterBar";
import { type Filters, isFiltering } from "./filters";
import { PlantCard } from "./PlantCard";
import { UndoBar } from "./UndoBar";
import { useHistory } from "./useHistory";
import { useHistoryWords } from "./words";

interface Props {
  filters: Filters;
  change: (filters: Filters, isSameStep?: boolean) => void;
  signIn: ReactNode; // what helps somebody whom the server does not know
}

/** The visitor's own plants: to find again, correct, delete, and take along. */
export function History({ filters, change, signIn }: Props) {
  const words = useHistoryWords();
  const common = useCommonWords();
  const history = useHistory(filters);
  const { hidden, failed } = useDeletions();
  useSendWhenLeft();
  const { data, error } = history;
  const shown = data?.pages.flatMap((page) => page.results).filter((each) => !hidden.has(each.id)) ?? [];
  const { list, expectMore } = useFocusOnNew(shown.length);

  const isEmpty = data !== undefined && shown.length === 0 && !history.hasNextPage;
  return (
    <>
      {((data && !isEmpty) || isFiltering(filters)) && <FilterBar filters={filters} change={change} />}
      {failed > 0 && (
        <p className="notice" role="alert">
          {words.deleteFailed(failed)}
        </p>
      )}
      {!data && !error && <p className="note">{common.loading}</p>}
      {!data && error && <Unread error={error} retry={() => void history.refetch()} signIn={signIn} />}
      {isEmpty && !history.isPlaceholderData && (
        <Nothing
          isFiltering={isFiltering(filters)}
          showAll={() => {
            change({ q: "", level: "", status: "" });
          }}
        />
      )}
      <ul className="plants" aria-label={words.plants} aria-busy={history.isPlaceholderData} ref={list}>
        {shown.map((plant) => (
          <PlantCard key={plant.id} plant={plant} />
        ))}
      </ul>
      {history.isFetchNextPageError && <ProblemNotice problem={problemOf(error)} />}
      {history.hasNextPage && (
        <button
          type="button"
          className="more"
          disabled={history.isFetchingNextPage}
          onClick={() => {
            expectMore();
            void history.fetchNextPage();
          }}
        >
          {history.isFetchingNextPage ? words.loadingMore : words.showMore}
        </button>
      )}
      {shown.length > 0 && <Export filters={filters} />}
      <UndoBar />
    </>
  );
}

function Unread({ error, retry, signIn }: { error: Error; retry: () => void; signIn: ReactNode }) {
  const common = useCommonWords();
  const problem = problemOf(error);
  return (
    <ProblemNotice problem={problem}>
      {problem.code === "unauthorized" ? (
        signIn
      ) : (
        <button type="button" onClick={retry}>
          {common.tryAgain}
        </button>
      )}
    </ProblemNotice>
  );
}

function Nothing({ isFiltering, showAll }: { isFiltering: boolean; showAll: () => void }) {
  const words = useHistoryWords();
  return (
    <section className="panel nothing" role="status">
      <h2>{isFiltering ? words.nothingFound : words.nothingYet}</h2>
      <p>{isFiltering ? words.nothingFoundWhy : words.nothingYetWhy}</p>
      {isFiltering ? (
        <button type="button" onClick={showAll}>
          {words.showAll}
        </button>
      ) : (
        <Link className="button primary" to="/">
          {words.askFirst}
        </Link>
      )}
    </section>
  );
}

/** What waits to be deleted is deleted when nobody can undo it any more: another page is shown, or the tab is closed. */
function useSendWhenLeft(): void {
  useEffect(() => {
    const leave = () => void deletions.leave();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      void deletions.send();
    };
  }, []);
}

/** The first of the plants that "Show more" brings gets the focus, since the button moves away or goes. */
function useFocusOnNew(count: number) {
  const list = useRef<HTMLUListElement>(null);
  const expected = useRef<number | null>(null);
  useEffect(() => {
    if (expected.current === null || count <= expected.current) return;
    list.current?.children[expected.current]?.querySelector("a")?.focus({ preventScroll: true });
    expected.current = null;
  }, [count]);
  return {
    list,
    expectMore: () => {
      expected.current = count;
    },
  };
}
