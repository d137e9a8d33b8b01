import { useState } from "react";

import { useCommonWords } from "@/lib/common/words";

/** A picture that fills its square; a drawn leaf where it does not load. */
export function Frame({ src, alt, lazy = false }: { src: string | null | undefined; alt: string; lazy?: boolean }) {
  const words = useCommonWords();
  const [broken, setBroken] = useState("");
  if (!src || broken === src) {
    return <span className="frame missing">{alt && <span className="hidden">{words.pictureMissing(alt)}</span>}</span>;
  }
  return (
    <span className="frame">
      <img
        src={src}
        alt={alt}
        decoding="async"
        loading={lazy ? "lazy" : "eager"}
        referrerPolicy="no-referrer"
        onError={() => {
          setBroken(src);
        }}
      />
    </span>
  );
}
