import { useState } from "react";
import { Link } from "react-router";
import { useQueryClient } from "@tanstack/react-query";

import { Frame } from "@/components/Frame";
import { announce } from "@/lib/announce";
import type { Identification } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";
import { day } from "@/lib/format";
import { shortName } from "@/lib/identification/history";
import { useLanguage } from "@/lib/language";

import { Correction } from "./Correction";
import { deletions } from "./deletions";
import { commonNameOf, stateWord } from "./said";
import { useHistoryWords } from "./words";

/** One plant, with what can be done with it. */
export function PlantCard({ plant }: { plant: Identification }) {
  const words = useHistoryWords();
  const common = useCommonWords();
  const language = useLanguage();
  const queries = useQueryClient();
  const [isCorrecting, setCorrecting] = useState(false);
  const name = shortName(plant, common);
  const commonName = commonNameOf(plant);
  const word = stateWord(plant, words);
  const level = plant.status === "complete" ? plant.verdict?.level : undefined;
  const remove = () => {
    deletions.remove(plant.id, () => void queries.invalidateQueries({ queryKey: ["history"] }));
    announce(words.deleted(1));
  };
  return (
    <li className="plant-card">
      <Link to={`/plants/${plant.id}`}>
        <Frame src={plant.photos[0]?.thumbnail_url} alt="" lazy />
        <span className="text">
          <span className={plant.verdict?.name ? "name scientific" : "name"}>{name}</span>
          {commonName && <span>{commonName}</span>}
          <span className="note">
            {level && word !== name && <span className={`level level-${level}`}>{word}</span>}
            {day(plant.created_at, language)}
          </span>
        </span>
      </Link>
      <p className="note said-of-it" role="status">
        {words.feedback(plant.feedback)}
      </p>
      <div className="row">
        {plant.status === "complete" && (
          <button
            type="button"
            className="quiet"
            aria-expanded={isCorrecting}
            onClick={() => {
              setCorrecting(!isCorrecting);
            }}
          >
            {words.correct}
            <span className="hidden">: {name}</span>
          </button>
        )}
        <button type="button" className="quiet" onClick={remove}>
          {words.delete}
          <span className="hidden">: {name}</span>
        </button>
      </div>
      {isCorrecting && (
        <Correction
          plant={plant}
          done={() => {
            setCorrecting(false);
          }}
        />
      )}
    </li>
  );
}
