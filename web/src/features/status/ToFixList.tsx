import type { ToFix } from "./status";
import { useStatusWords } from "./words";

/** What to look at, the worst first. The server says it in English. */
export function ToFixList({ toFix }: { toFix: readonly ToFix[] }) {
  const words = useStatusWords();
  return (
    <section className="panel">
      <h2>{words.toFix}</h2>
      {toFix.length === 0 && <p>{words.nothingToFix}</p>}
      <ul className="rows">
        {toFix.map((each) => (
          <li key={each.title} className={`to-fix ${each.severity}`}>
            <p className="tag">{words.severities[each.severity]}</p>
            <h3 lang="en">{each.title}</h3>
            <p lang="en">{each.text}</p>
            <p>
              {words.mend} <Mend text={each.mend} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Commands stand between backticks. */
function Mend({ text }: { text: string }) {
  return (
    <span lang="en">{text.split("`").map((part, index) => (index % 2 ? <code key={part}>{part}</code> : part))}</span>
  );
}
