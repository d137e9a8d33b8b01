import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";

import { OtherName } from "@/components/OtherName";
import type { Identification } from "@/lib/api/types";
import { sendFeedback } from "@/lib/identification/feedback";
import { lives } from "@/lib/identification/live";

import { otherNames } from "./said";
import { useHistoryWords } from "./words";

const OTHERS_MAX = 6;

/** Says which plant it is instead. */
export function Correction({ plant, done }: { plant: Identification; done: () => void }) {
  const words = useHistoryWords();
  const queries = useQueryClient();
  const [said, say] = useState("");
  const send = async (name: string) => {
    say(words.sending);
    try {
      await sendFeedback(plant.id, { was_right: "another", name });
      lives.forget(plant.id);
      await queries.invalidateQueries({ queryKey: ["history"] });
      done();
    } catch {
      say(words.notArrived);
    }
  };
  return (
    <div className="correction">
      <OtherName names={otherNames(plant).slice(0, OTHERS_MAX)} choose={(name) => void send(name)} words={words} />
      <p className="note" role="status">
        {said}
      </p>
    </div>
  );
}
