import { announce } from "@/lib/announce";

import { deletions, useDeletions } from "./deletions";
import { useHistoryWords } from "./words";

/** For a few seconds what was deleted can be brought back. */
export function UndoBar() {
  const words = useHistoryWords();
  const { waiting } = useDeletions();
  if (waiting.length === 0) return null;
  return (
    <div className="undo" ref={keepFocus}>
      <span>{words.deleted(waiting.length)}</span>
      <button
        type="button"
        onClick={() => {
          deletions.undo();
          announce(words.restored);
        }}
      >
        {words.undo}
      </button>
    </div>
  );
}

/** The focus was on a card that is gone: it goes to the button, and from there to the heading. */
function keepFocus(bar: HTMLDivElement): () => void {
  bar.querySelector("button")?.focus({ preventScroll: true });
  return () => {
    if (bar.contains(document.activeElement)) document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  };
}
