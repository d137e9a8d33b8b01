import { useCommonWords } from "@/lib/common/words";

import { SourceLink } from "./SourceLink";

const SUBJECTS = ["human", "cat", "dog"] as const;

/** What one source reports for one kind of creature; `about` is the plant, where that is not clear without. */
export interface PoisonReport {
  subject: (typeof SUBJECTS)[number];
  finding: "reported_toxic" | "reported_non_toxic";
  text: string;
  language?: string;
  source_title: string;
  source_url: string;
  about?: string;
}

/** What sources report of poison, for each kind of creature; where none does, it says so (law 11). */
export function PoisonFacts({ reports }: { reports: readonly PoisonReport[] }) {
  const words = useCommonWords();
  return (
    <dl className="facts poison-facts">
      {SUBJECTS.map((subject) => {
        const about = reports.filter((each) => each.subject === subject);
        return (
          <div key={subject}>
            <dt>{words.poison.subjects[subject]}</dt>
            <dd>
              {about.map((report) => (
                <Report key={`${report.about ?? ""} ${report.source_url}`} report={report} />
              ))}
              {about.length === 0 && words.poison.noData}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function Report({ report: { about, finding, text, language, source_title, source_url } }: { report: PoisonReport }) {
  const words = useCommonWords();
  return (
    <>
      <p>
        {about && (
          <>
            <i>{about}</i>:{" "}
          </>
        )}
        <strong>{words.poison.findings[finding]}</strong> <span lang={language}>{text}</span>
      </p>
      <SourceLink title={source_title} url={source_url} />
    </>
  );
}
