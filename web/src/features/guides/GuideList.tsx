import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { Frame } from "@/components/Frame";
import { ProblemNotice } from "@/components/ProblemNotice";
import { SearchField } from "@/components/SearchField";
import { problemOf } from "@/lib/api/problem";
import { useCommonWords } from "@/lib/common/words";

import { type GuidePage, isNamed, type ListedGuide, ownAddress, pictureOf, readGuides } from "./guides";
import { useGuidesWords } from "./words";

interface Props {
  searched: string;
  search: (text: string, isSameStep: boolean) => void;
}

/** All guides, or those that match. */
export function GuideList({ searched, search }: Props) {
  const words = useGuidesWords();
  const common = useCommonWords();
  const all = useGuides("");
  const found = useGuides(searched);
  const { data, error } = found;
  const guides = merged(guidesOf(found), searched ? guidesOf(all).filter((each) => isNamed(each, searched)) : []);
  return (
    <>
      <SearchField label={words.search} searched={searched} search={search} />
      {error && (
        <ProblemNotice problem={problemOf(error)}>
          <button type="button" onClick={() => void found.refetch()}>
            {common.tryAgain}
          </button>
        </ProblemNotice>
      )}
      {!data && !error && <p className="note">{common.loading}</p>}
      <p className="note" role="status">
        {data && searched && !found.isPlaceholderData ? words.found(guides.length, searched) : ""}
      </p>
      {data && !found.isPlaceholderData && guides.length === 0 && (
        <section className="panel">
          <h2>{searched ? words.nothingFound : words.nothingYet}</h2>
          <p>{searched ? words.nothingFoundWhy : words.nothingYetWhy}</p>
        </section>
      )}
      <ul className="guides" aria-label={words.title}>
        {guides.map((guide) => (
          <GuideCard key={guide.id} guide={guide} />
        ))}
      </ul>
      {found.hasNextPage && (
        <button
          type="button"
          className="more"
          disabled={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {words.showMore}
        </button>
      )}
    </>
  );
}

function GuideCard({ guide }: { guide: ListedGuide }) {
  const words = useGuidesWords();
  const picture = pictureOf(guide);
  return (
    <li>
      <Link to={`/care/${guide.meta.slug}`}>
        <Frame src={ownAddress(picture?.url)} alt="" lazy />
        <strong lang={guide.meta.locale}>{guide.title}</strong>
        <i>{guide.accepted_name}</i>
        {guide.rank === "genus" && <span className="note">{words.wholeGenus}</span>}
      </Link>
      {picture && <span className="credit">{words.photo(picture.credit.author, picture.credit.licence)}</span>}
    </li>
  );
}

function useGuides(search: string) {
  return useInfiniteQuery({
    queryKey: ["guides", "list", search],
    queryFn: ({ pageParam, signal }) => readGuides(search, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ meta }: GuidePage<ListedGuide>, pages) => {
      const read = pages.reduce((sum, page) => sum + page.items.length, 0);
      return read < meta.total_count ? read : null;
    },
    placeholderData: keepPreviousData,
  });
}

function guidesOf({ data }: ReturnType<typeof useGuides>): ListedGuide[] {
  return data?.pages.flatMap((page) => page.items) ?? [];
}

function merged(first: readonly ListedGuide[], more: readonly ListedGuide[]): ListedGuide[] {
  return [...new Map([...first, ...more].map((guide) => [guide.id, guide])).values()];
}
