import { useState } from "react";

import { Credit } from "@/components/Credit";
import { Frame } from "@/components/Frame";
import type { Attribution } from "@/lib/api/types";

export interface Picture {
  url: string;
  alt: string;
  small?: string | null;
  attribution?: Attribution; // none for the asker's own
}

const SHOWN_MAX = 5;

/** One large picture, and a row of small ones to choose from when there are several. */
export function Gallery({ caption, more, pictures }: { caption: string; more: string; pictures: readonly Picture[] }) {
  const [chosen, choose] = useState(0);
  const shown = pictures.slice(0, SHOWN_MAX);
  const picture = shown[chosen] ?? shown[0];
  return (
    <figure className="gallery">
      <div className="stage">
        <Frame src={picture?.url} alt={picture?.alt ?? caption} />
      </div>
      <figcaption>
        <strong>{caption}</strong>
        {picture?.attribution && <Credit attribution={picture.attribution} />}
      </figcaption>
      {shown.length > 1 && (
        <div className="choices" role="group" aria-label={more}>
          {shown.map((each, index) => (
            <button
              key={each.url}
              type="button"
              className="choice"
              aria-pressed={each === picture}
              onClick={() => {
                choose(index);
              }}
            >
              <Frame src={each.small ?? each.url} alt={each.alt} />
            </button>
          ))}
        </div>
      )}
    </figure>
  );
}
