import { Credit } from "@/components/Credit";
import { Frame } from "@/components/Frame";
import type { Suggestion } from "@/lib/api/types";
import { useLanguage } from "@/lib/language";

import { scoresOf } from "./sentences";
import { picturesOf } from "./Verdict";
import { useResultWords } from "./words";

const SHOWN_MAX = 6;
const SCORE_MIN = 0.01; // below it is noise

/** The other plants it could be, each with a picture; nothing when there are none. */
export function Candidates({ suggestions, title }: { suggestions: readonly Suggestion[]; title: string }) {
  const shown = suggestions
    .filter((each) => Object.values(each.scores).some((score) => score !== undefined && score >= SCORE_MIN))
    .slice(0, SHOWN_MAX);
  if (shown.length === 0) return null;
  return (
    <section className="block">
      <h3>{title}</h3>
      <ul className="cards">
        {shown.map((each) => (
          <Candidate key={each.name} suggestion={each} />
        ))}
      </ul>
    </section>
  );
}

function Candidate({ suggestion }: { suggestion: Suggestion }) {
  const words = useResultWords();
  const language = useLanguage();
  const picture = picturesOf(suggestion, words)[0];
  return (
    <li className="card">
      <Frame src={picture?.small ?? picture?.url} alt={picture?.alt ?? ""} lazy />
      <strong>
        <i>{suggestion.name}</i>
      </strong>
      {suggestion.common_names[0] && <span>{suggestion.common_names[0]}</span>}
      <span className="scores">
        {scoresOf(suggestion, language).map((score) => (
          <span key={score}>{score}</span>
        ))}
      </span>
      {picture?.attribution && <Credit attribution={picture.attribution} />}
    </li>
  );
}
