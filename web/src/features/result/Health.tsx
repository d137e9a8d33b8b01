import { Credit } from "@/components/Credit";
import { Frame } from "@/components/Frame";
import { OutLink } from "@/components/OutLink";
import type { Health as HealthBody, HealthFinding, Identification } from "@/lib/api/types";
import { percent } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { useResultWords } from "./words";

const FINDINGS_MAX = 4;

interface Props {
  body: Identification;
  checkHealth?: (() => void) | undefined;
}

/** Whether the plant is well, with the doubt that belongs to a guess from a photo. */
export function Health({ body, checkHealth }: Props) {
  const words = useResultWords();
  if (body.verdict?.level === "not_a_plant") return null;
  return (
    <section className="block health">
      <h3>{words.health}</h3>
      {body.health ? <Assessment health={body.health} /> : <Unchecked body={body} checkHealth={checkHealth} />}
    </section>
  );
}

function Unchecked({ body, checkHealth }: Props) {
  const words = useResultWords();
  if (body.health_asked) return <p>{words.healthMissing}</p>;
  return (
    <>
      <p className="note">{words.notChecked}</p>
      {checkHealth && (
        <>
          <button type="button" className="quiet" onClick={checkHealth}>
            {words.checkHealth}
          </button>
          <p className="note">{words.checkHealthCost}</p>
        </>
      )}
    </>
  );
}

function Assessment({ health }: { health: HealthBody }) {
  const words = useResultWords();
  const language = useLanguage();
  const share = percent(health.is_healthy ? health.probability : 1 - health.probability, language);
  const findings = health.findings.slice(0, FINDINGS_MAX);
  const list = (
    <ul className="findings">
      {findings.map((finding) => (
        <Finding key={finding.name} finding={finding} />
      ))}
    </ul>
  );
  return (
    <>
      <p className="lead">{health.is_healthy ? words.healthy(share) : words.notWell(share)}</p>
      <p className="note">{words.healthDoubt}</p>
      {health.question && (
        <p className="hint">
          <strong>{health.question.text}</strong> {words.yesNo(health.question.yes, health.question.no)}
        </p>
      )}
      {findings.length > 0 &&
        (health.is_healthy ? (
          <details>
            <summary>{words.lookedFor}</summary>
            {list}
          </details>
        ) : (
          list
        ))}
    </>
  );
}

function Finding({ finding }: { finding: HealthFinding }) {
  const words = useResultWords();
  const language = useLanguage();
  const picture = finding.images[0];
  const name = finding.local_name || finding.name;
  return (
    <li className="finding">
      <Frame src={picture?.thumb_url ?? picture?.url} alt={picture ? name : ""} lazy />
      <div>
        <strong>{name}</strong> · {percent(finding.score, language)}
        <meter min={0} max={1} value={finding.score} aria-label={words.score(name)} />
        {finding.description && <p>{finding.description}</p>}
        {finding.cause && (
          <p className="note">
            {words.cause} {finding.cause}
          </p>
        )}
        <Treatment finding={finding} />
        {finding.url && (
          <p className="note">
            <OutLink href={finding.url}>{words.readMore}</OutLink>
          </p>
        )}
        {picture && <Credit attribution={picture.attribution} />}
      </div>
    </li>
  );
}

function Treatment({ finding: { treatment } }: { finding: HealthFinding }) {
  const words = useResultWords();
  const parts = [
    [words.prevention, treatment.prevention],
    [words.biological, treatment.biological],
    [words.chemical, treatment.chemical],
  ] as const;
  const said = parts.filter(([, steps]) => steps && steps.length > 0);
  if (said.length === 0) return null;
  return (
    <details>
      <summary>{words.advice}</summary>
      {said.map(([title, steps]) => (
        <div key={title}>
          <h4>{title}</h4>
          <ul>
            {steps?.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ul>
        </div>
      ))}
    </details>
  );
}
