import { Gallery, type Picture } from "@/components/Gallery";
import { webAddress } from "@/components/OutLink";
import { WithName } from "@/components/WithName";
import type { Suggestion, Verdict as VerdictBody } from "@/lib/api/types";
import { useLanguage } from "@/lib/language";

import { bestOf, scoresOf, sentenceOf } from "./sentences";
import { type ResultWords, useResultWords } from "./words";

const NAMES_MAX = 3;

interface Props {
  verdict: VerdictBody;
  suggestions: readonly Suggestion[];
  own: readonly Picture[];
  tag?: string;
}

/** The heart of the answer: own photo beside the best candidate's, the sentence, the scores. */
export function Verdict({ verdict, suggestions, own, tag }: Props) {
  const words = useResultWords();
  const language = useLanguage();
  const best = bestOf(verdict, suggestions);
  const common = best?.common_names.slice(0, NAMES_MAX).join(", ");
  return (
    <div className={`verdict level-${verdict.level}`}>
      <Compare own={own} verdict={verdict} best={best} words={words} />
      <div className="said">
        {tag && <p className="tag">{tag}</p>}
        <h2 id="sentence" tabIndex={-1}>
          <WithName sentence={sentenceOf(verdict, words)} name={verdict.name} />
        </h2>
        {common && <p className="common">{common}</p>}
        {best && <Scores verdict={verdict} best={best} words={words} />}
        {verdict.reason && language === "en" && (
          <p className="reason">
            <WithName sentence={verdict.reason} name={verdict.name} />
          </p>
        )}
        {verdict.level === "not_a_plant" && <p>{words.notAPlantTip}</p>}
        {verdict.level === "unsure" && (
          <p>
            {words.unsureTip} {suggestions.length > 0 && words.unsureBelow}
          </p>
        )}
      </div>
    </div>
  );
}

interface CompareProps {
  own: readonly Picture[];
  verdict: VerdictBody;
  best: Suggestion | undefined;
  words: ResultWords;
}

function Compare({ own, verdict, best, words }: CompareProps) {
  const caption = best && (verdict.level === "group" ? words.oneOfThem(best.name) : best.name);
  return (
    <div className={best ? "compare" : "compare alone"}>
      <Gallery caption={words.yourPhotos} more={words.more(words.yourPhotos)} pictures={own} />
      {best && caption && <Gallery caption={caption} more={words.more(best.name)} pictures={picturesOf(best, words)} />}
    </div>
  );
}

/** Candidate pictures of a suggestion, ready to show; those without a usable address are left out. */
export function picturesOf(suggestion: Suggestion, words: ResultWords): Picture[] {
  return suggestion.images.flatMap((image) => {
    const url = webAddress(image.url);
    if (!url) return [];
    const part = image.organ && words.parts[image.organ];
    const alt = part ? `${suggestion.name}, ${part}` : suggestion.name;
    return [{ url, small: webAddress(image.thumb_url), alt, attribution: image.attribution }];
  });
}

function Scores({ verdict, best, words }: { verdict: VerdictBody; best: Suggestion; words: ResultWords }) {
  const language = useLanguage();
  const agreement = words.agreements[verdict.agreement];
  return (
    <p className="scores">
      {verdict.level === "group" && (
        <span>
          {words.bestOfGroup} <i>{best.name}</i>
        </span>
      )}
      {scoresOf(best, language).map((score) => (
        <span key={score}>{score}</span>
      ))}
      {agreement && <span>{agreement}</span>}
    </p>
  );
}
