import { useCommonWords } from "@/lib/common/words";

import { OutLink } from "./OutLink";

/** Where a fact was read. */
export function SourceLink({ title, url, label }: { title: string; url: string; label?: string }) {
  const words = useCommonWords();
  return (
    <p className="credit">
      {label ?? words.source} <OutLink href={url}>{title}</OutLink>
    </p>
  );
}
