import { PoisonFacts } from "@/components/PoisonFacts";

import type { CareBlock } from "./guides";
import { useGuidesWords } from "./words";

/** What sources report of poison; the warning stands above it whatever they say. */
export function Poison({ care, language }: { care: readonly CareBlock[]; language: string | undefined }) {
  const words = useGuidesWords();
  return (
    <section className="block poison">
      <h2>{words.poison}</h2>
      <p className="notice">
        <strong>{words.neverEat}</strong>
      </p>
      <PoisonFacts
        reports={care.flatMap((block) =>
          block.type === "toxicity" ? [{ ...block.value, ...(language && { language }) }] : [],
        )}
      />
    </section>
  );
}
