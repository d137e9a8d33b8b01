import { type CareBlock, SUBJECTS } from "./guides";
import { SourceLink } from "./SourceLink";
import { useGuidesWords } from "./words";

/** What sources report of poison; the warning stands above it whatever they say. */
export function Poison({ care, language }: { care: readonly CareBlock[]; language: string | undefined }) {
  const words = useGuidesWords();
  const reports = care.flatMap((block) => (block.type === "toxicity" ? [block.value] : []));
  return (
    <section className="block poison">
      <h2>{words.poison}</h2>
      <p className="notice">
        <strong>{words.neverEat}</strong>
      </p>
      <dl className="facts">
        {SUBJECTS.map((subject) => {
          const report = reports.find((each) => each.subject === subject);
          return (
            <div key={subject}>
              <dt>{words.subjects[subject]}</dt>
              <dd>
                {report ? (
                  <>
                    <p>
                      <strong>{words.findings[report.finding]}</strong> <span lang={language}>{report.text}</span>
                    </p>
                    <SourceLink title={report.source_title} url={report.source_url} />
                  </>
                ) : (
                  words.noPoisonData
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
