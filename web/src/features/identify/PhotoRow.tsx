import { useEffect, useState } from "react";

import { Frame } from "@/components/Frame";
import { ORGANS } from "@/lib/api/types";
import { forgetSoon } from "@/lib/blobs";
import { useCommonWords } from "@/lib/common/words";
import { size } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { isOrgan, type Photo } from "./photos";
import { prepare, type Prepared } from "./shrink";
import { useIdentifyWords } from "./words";

interface Props {
  photo: Photo;
  number: number;
  change: (photo: Photo) => void;
  remove: () => void;
}

/** One photo with what it shows; made smaller at once, so that sending it is quick. */
export function PhotoRow({ photo, number, change, remove }: Props) {
  const words = useIdentifyWords();
  const common = useCommonWords();
  const language = useLanguage();
  const { prepared, preview } = usePreview(photo.file);
  const id = `organ-${String(photo.key)}`;
  return (
    <li className={photo.problem ? "photo wrong" : "photo"}>
      <Frame src={preview} alt={common.yourPhoto(number)} />
      <button
        type="button"
        className="remove"
        aria-label={words.removePhoto(number)}
        title={words.removePhoto(number)}
        onClick={remove}
      >
        ×
      </button>
      <label htmlFor={id}>{words.shows(number)}</label>
      <select
        id={id}
        value={photo.organ}
        onChange={(event) => {
          if (isOrgan(event.target.value)) change({ ...photo, organ: event.target.value });
        }}
      >
        {ORGANS.map((organ) => (
          <option key={organ} value={organ}>
            {common.organs[organ]}
          </option>
        ))}
      </select>
      <span className="note">
        {!prepared
          ? words.preparing
          : prepared.isReadable
            ? words.sizeOf(size(prepared.blob.size, language))
            : words.noPreview}
      </span>
      {photo.problem && <p className="wrong-why">{photo.problem}</p>}
    </li>
  );
}

function usePreview(file: File): { prepared: Prepared | null; preview: string | null } {
  const [ready, setReady] = useState<{ prepared: Prepared; preview: string | null } | null>(null);
  useEffect(() => {
    let url: string | null = null;
    let isGone = false;
    void prepare(file).then((prepared) => {
      if (isGone) return;
      url = prepared.isReadable ? URL.createObjectURL(prepared.blob) : null;
      setReady({ prepared, preview: url });
    });
    return () => {
      isGone = true;
      if (url) forgetSoon(url);
    };
  }, [file]);
  return ready ?? { prepared: null, preview: null };
}
