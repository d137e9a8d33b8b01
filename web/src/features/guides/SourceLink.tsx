import { OutLink } from "@/components/OutLink";

import { useGuidesWords } from "./words";

/** Where a fact was read. */
export function SourceLink({ title, url, label }: { title: string; url: string; label?: string }) {
  const words = useGuidesWords();
  return (
    <p className="credit">
      {label ?? words.source} <OutLink href={url}>{title}</OutLink>
    </p>
  );
}
