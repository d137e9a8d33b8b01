import { useState } from "react";

import { useAccountWords } from "./words";

/** Puts a text into the clipboard, and says whether that worked. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const words = useAccountWords();
  const [said, say] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say(words.copied);
    } catch {
      say(words.copyFailed);
    }
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {label ?? words.copy}
      </button>
      <span role="status">{said}</span>
    </>
  );
}
