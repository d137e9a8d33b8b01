import { type ReactNode, useEffect, useEffectEvent, useId, useRef, useState } from "react";

const PAUSE_MS = 300;
const CHARS_MAX = 200;

interface Props {
  label: string;
  searched: string;
  search: (text: string, isSameStep: boolean) => void;
  hint?: ReactNode;
}

/**
 * A search field that searches once the typing pauses. `isSameStep` says that this word only goes on with the one
 * before, so that Back leads to what was shown before all of it.
 */
export function SearchField({ label, searched, search, hint }: Props) {
  const id = useId();
  const [text, setText] = useState(searched);
  const [known, setKnown] = useState(searched);
  const [sent, setSent] = useState(searched);
  const isTyping = useRef(false);
  if (known !== searched) {
    setKnown(searched);
    if (searched !== sent) setText(searched); // Back, or a link; what was typed on meanwhile stays
    setSent(searched);
  }
  const tell = useEffectEvent((typed: string) => {
    if (typed === searched) return;
    setSent(typed);
    search(typed, isTyping.current);
    isTyping.current = true;
  });
  useEffect(() => {
    const timer = setTimeout(() => {
      tell(text.trim());
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  return (
    <div className="search" role="search">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="search"
        maxLength={CHARS_MAX}
        autoComplete="off"
        enterKeyHint="search"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onBlur={() => {
          isTyping.current = false;
        }}
      />
      {hint}
    </div>
  );
}
