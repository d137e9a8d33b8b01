import type { ReactNode } from "react";

import { useCommonWords } from "@/lib/common/words";

/** The address when it is one of the web; nothing else is ever linked. */
export function webAddress(url: string | null | undefined): string | null {
  if (!url) return null;
  try {
    const parsed = new URL(url);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link to another site; plain text where there is no address. */
export function OutLink({ href, children }: { href: string | null | undefined; children: ReactNode }) {
  const words = useCommonWords();
  const address = webAddress(href);
  if (!address) return <>{children}</>;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {children}
      <span className="hidden"> ({words.opensElsewhere})</span>
    </a>
  );
}
