import type { RefObject } from "react";

import { useIdentifyWords } from "./words";

export const ACCEPT = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/heif,.heic,.heif";

interface Props {
  add: (files: Iterable<File>) => void;
  small: boolean;
  pick: RefObject<HTMLInputElement | null>;
}

/** Where photos are chosen or taken with the camera; dropped and pasted they may be anywhere. */
export function DropZone({ add, small, pick }: Props) {
  const words = useIdentifyWords();
  const take = (input: HTMLInputElement) => {
    add([...(input.files ?? [])]);
    input.value = ""; // the same file may be chosen again
  };
  return (
    <div className={small ? "drop small" : "drop"} id="drop">
      <input
        className="hidden"
        id="pick"
        ref={pick}
        type="file"
        multiple
        accept={ACCEPT}
        aria-describedby="drop-how"
        onChange={(event) => {
          take(event.currentTarget);
        }}
      />
      <label className="button primary" htmlFor="pick">
        {words.choose}
      </label>
      <input
        className="hidden camera"
        id="camera"
        type="file"
        accept="image/*"
        capture="environment"
        onChange={(event) => {
          take(event.currentTarget);
        }}
      />
      <label className="button camera" htmlFor="camera">
        {words.take}
      </label>
      <p className="note mouse" id="drop-how">
        {words.dropHere}
      </p>
    </div>
  );
}
