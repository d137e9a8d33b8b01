import { useEffect, useState } from "react";

import { useCommonWords } from "@/lib/common/words";
import { until } from "@/lib/format";
import { useLanguage } from "@/lib/language";

/** A button that counts down, and can be pressed when it helps: `seconds` from when it is first shown. */
export function RetryButton({ seconds, disabled, retry }: { seconds: number; disabled: boolean; retry: () => void }) {
  const words = useCommonWords();
  const language = useLanguage();
  const left = useCountdown(seconds);
  return (
    <button type="button" className="primary" disabled={disabled || left > 0} onClick={retry}>
      {left > 0 ? words.tryAgainIn(until(left, language)) : words.tryAgain}
    </button>
  );
}

function useCountdown(seconds: number): number {
  const [end] = useState(() => Date.now() + seconds * 1000);
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const timer = setInterval(() => {
      setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    }, 500);
    return () => {
      clearInterval(timer);
    };
  }, [end]);
  return left;
}
