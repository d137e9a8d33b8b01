import { type ReactNode, useEffect, useRef, useState } from "react";

import type { Place, Question } from "@/lib/identification/question";
import { useCommonWords } from "@/lib/common/words";
import { percent } from "@/lib/format";
import { useLanguage } from "@/lib/language";

import { DropZone } from "./DropZone";
import { type Photo, PHOTOS_MAX, withFiles } from "./photos";
import { PhotoRow } from "./PhotoRow";
import { PlaceOption } from "./PlaceOption";
import { prepare } from "./shrink";
import { useIdentifyWords } from "./words";

interface Props {
  photos: readonly Photo[];
  changePhotos: (photos: readonly Photo[]) => void;
  ask: (question: Question) => void;
  busy: boolean;
  sent: number | null; // the share of the question that has left
  children?: ReactNode;
}

/** Photos in, question out. */
export function AskForm({ photos, changePhotos, ask, busy, sent, children }: Props) {
  const words = useIdentifyWords();
  const common = useCommonWords();
  const language = useLanguage();
  const [said, say] = useState("");
  const [health, setHealth] = useState(false);
  const [place, setPlace] = useState<Place | null>(null);
  const [isPreparing, setPreparing] = useState(false);
  const pick = useRef<HTMLInputElement>(null);

  const add = (files: Iterable<File>) => {
    const added = withFiles(photos, files, words);
    changePhotos(added.photos);
    say(added.refused.join(" "));
  };
  useFilesFromAnywhere(add);

  const submit = async () => {
    if (photos.length === 0) {
      say(words.addFirst);
      pick.current?.focus();
      return;
    }
    say("");
    setPreparing(true);
    const prepared = await Promise.all(
      photos.map(async ({ file, organ }) => ({ ...(await prepare(file)), name: file.name || "photo.jpg", organ })),
    );
    setPreparing(false);
    ask({ photos: prepared.map(({ blob, name, organ }) => ({ blob, name, organ })), language, health, place });
  };
  const isBusy = busy || isPreparing;
  const isUnderWay = busy && sent !== null && sent < 1;
  const doing = isPreparing ? words.preparing : isUnderWay ? common.sending(percent(sent, language)) : words.looking;
  return (
    <form
      id="ask"
      className="panel"
      noValidate
      data-ready
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <DropZone add={add} small={photos.length > 0} pick={pick} />
      {photos.length > 0 && (
        <>
          <ul className="photos" id="photos" aria-label={words.photos}>
            {photos.map((photo, index) => (
              <PhotoRow
                key={photo.key}
                photo={photo}
                number={index + 1}
                change={(changed) => {
                  changePhotos(photos.map((each) => (each.key === changed.key ? changed : each)));
                }}
                remove={() => {
                  changePhotos(photos.filter((each) => each.key !== photo.key));
                }}
              />
            ))}
          </ul>
          {photos.length < PHOTOS_MAX && <p className="note">{words.room(PHOTOS_MAX - photos.length)}</p>}
        </>
      )}
      <p className="said" id="said" role="status">
        {said}
      </p>
      <fieldset className="options">
        <legend>{words.options}</legend>
        <div className="option">
          <input
            type="checkbox"
            id="health"
            aria-describedby="health-cost"
            checked={health}
            onChange={(event) => {
              setHealth(event.target.checked);
            }}
          />
          <label htmlFor="health">{words.checkHealth}</label>
          <span className="note" id="health-cost">
            {words.healthCost}
          </span>
        </div>
        <PlaceOption place={place} choose={setPlace} />
      </fieldset>
      <button type="submit" className="primary big" id="identify" disabled={isBusy}>
        {isBusy ? doing : words.identify}
      </button>
      {children}
      <span className="hidden">{isBusy ? common.loading : ""}</span>
    </form>
  );
}

/** Photos that are pasted, or dropped, anywhere on the page. */
function useFilesFromAnywhere(add: (files: Iterable<File>) => void): void {
  useEffect(() => {
    const take = (event: Event, files: FileList | undefined) => {
      if (!files || files.length === 0) return;
      event.preventDefault();
      add([...files]);
    };
    const paste = (event: ClipboardEvent) => {
      take(event, event.clipboardData?.files);
    };
    const drop = (event: DragEvent) => {
      take(event, event.dataTransfer?.files);
    };
    const allow = (event: DragEvent) => {
      event.preventDefault(); // else the browser would open the photo instead of the page
    };
    document.addEventListener("paste", paste);
    document.addEventListener("drop", drop);
    document.addEventListener("dragover", allow);
    return () => {
      document.removeEventListener("paste", paste);
      document.removeEventListener("drop", drop);
      document.removeEventListener("dragover", allow);
    };
  }, [add]);
}
