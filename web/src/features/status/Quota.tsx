import { PROVIDERS } from "@/lib/common/words";
import { moment } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { quotaSentence } from "./sentences";
import type { ProviderQuota } from "./status";
import { useStatusWords } from "./words";

const HIGH = 0.8; // of the limit, from where staff is told

/** How much of each allowance is used. */
export function Quota({ quota }: { quota: readonly ProviderQuota[] }) {
  const words = useStatusWords();
  const language = useLanguage();
  return (
    <section className="panel">
      <h2>{words.quota}</h2>
      {quota.map(({ provider, windows }) => (
        <section key={provider} className="quota">
          <h3>{PROVIDERS[provider]}</h3>
          {windows.length === 0 && <p className="note">{words.unlimited}</p>}
          {windows.map((each) => {
            const sentence = quotaSentence(each, provider, words, language);
            return (
              <div key={each.window}>
                <meter
                  min={0}
                  max={each.limit || 1}
                  low={each.limit * HIGH}
                  high={each.limit * HIGH}
                  optimum={0}
                  value={each.limit ? each.used : 1}
                  aria-label={`${PROVIDERS[provider]}: ${sentence}`}
                />
                <p>
                  {sentence}
                  {each.resets_at && (
                    <span className="note"> · {words.resetsAt(moment(each.resets_at, language))}</span>
                  )}
                </p>
              </div>
            );
          })}
        </section>
      ))}
    </section>
  );
}
