import { useState } from "react";

import type { Place } from "@/lib/identification/question";
import { useLanguage } from "@/lib/language";

import { findPlace, placeWords } from "./place";
import { useIdentifyWords } from "./words";

/** The rough place: off until the button is pressed, and said as it is sent. */
export function PlaceOption({ place, choose }: { place: Place | null; choose: (place: Place | null) => void }) {
  const words = useIdentifyWords();
  const language = useLanguage();
  const [state, setState] = useState<"" | "asking" | "denied">("");
  const find = async () => {
    setState("asking");
    try {
      choose(await findPlace());
      setState("");
    } catch {
      setState("denied");
    }
  };
  const said = {
    "": place ? words.placeUsed(placeWords(place, words, language)) : "",
    asking: words.placeAsking,
    denied: words.placeDenied,
  }[state];
  return (
    <div className="option" id="place-option">
      {place ? (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            choose(null);
          }}
        >
          {words.forgetPlace}
        </button>
      ) : (
        <button type="button" className="quiet" id="place" aria-describedby="place-why" onClick={() => void find()}>
          {words.usePlace}
        </button>
      )}
      <span className="note" id="place-why">
        {words.placeWhy}
      </span>
      <span id="place-said" role="status">
        {said}
      </span>
    </div>
  );
}
