import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api } from "@/lib/api/client";
import type { Me } from "@/lib/api/types";
import { refreshMe } from "@/lib/me";

import { DeleteAccount } from "./DeleteAccount";
import { ExportPart } from "./ExportPart";
import { ProblemLine, useRun } from "./Form";
import { useAccountWords } from "./words";

/** What is kept, taken along, or deleted. */
export function MyData({ me }: { me: Me }) {
  const words = useAccountWords();
  return (
    <div className="parts">
      <h1 tabIndex={-1}>{words.data}</h1>
      <Places me={me} />
      <ExportPart />
      {!me.deletion_scheduled_for && <DeleteAccount />}
    </div>
  );
}

function Places({ me }: { me: Me }) {
  const words = useAccountWords();
  const queries = useQueryClient();
  const [said, say] = useState("");
  const { busy, problem, run } = useRun();
  const keep = async (keep_place: boolean) => {
    await api.PATCH("/api/v1/me/", { body: { keep_place } });
    await refreshMe(queries);
    say(keep_place ? words.placeKept : words.placeForgotten);
  };
  return (
    <section className="panel" aria-labelledby="place-title">
      <h2 id="place-title">{words.place}</h2>
      <label className="choice-line">
        <input
          type="checkbox"
          role="switch"
          checked={me.keep_place}
          disabled={busy}
          aria-describedby="keep-place-why"
          onChange={(event) => {
            const { checked } = event.target;
            void run(() => keep(checked));
          }}
        />
        {words.keepPlace}
      </label>
      <p className="note" id="keep-place-why">
        {words.keepPlaceWhy}
      </p>
      <ProblemLine problem={problem} />
      <p role="status">{said}</p>
    </section>
  );
}
