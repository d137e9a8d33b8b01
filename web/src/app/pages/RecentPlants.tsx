import { Link } from "react-router";
import { useQuery } from "@tanstack/react-query";

import { Frame } from "@/components/Frame";
import { useCommonWords } from "@/lib/common/words";
import { day } from "@/lib/format";
import { readHistory, shortName } from "@/lib/identification/history";
import { useLanguage } from "@/lib/language";

import { useAppWords } from "../words/words";

const RECENT = 6;
const RUNNING_MS = 3000; // between two looks while one of them is looked at

/** The newest of this visitor's plants; hidden while there are none, or they cannot be read. */
export function RecentPlants() {
  const words = useAppWords();
  const common = useCommonWords();
  const language = useLanguage();
  const { data } = useQuery({
    queryKey: ["history", "recent"],
    queryFn: () => readHistory({ page_size: RECENT }),
    refetchInterval: ({ state }) =>
      state.data?.results.some(({ status }) => status === "running") ? RUNNING_MS : false,
  });
  if (!data || data.results.length === 0) return null;
  return (
    <section id="recent" aria-labelledby="recent-title">
      <h2 id="recent-title">{words.recent}</h2>
      <ul className="recent">
        {data.results.map((body) => (
          <li key={body.id}>
            <Link to={`/plants/${body.id}`}>
              <Frame src={body.photos[0]?.thumbnail_url} alt="" lazy />
              <span className="name">{shortName(body, common)}</span>
              <span className="note">{day(body.created_at, language)}</span>
            </Link>
          </li>
        ))}
      </ul>
      <Link to="/plants">{words.allPlants}</Link>
    </section>
  );
}
