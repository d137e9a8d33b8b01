import { OutLink } from "@/components/OutLink";
import type { Attribution } from "@/lib/api/types";
import { useCommonWords } from "@/lib/common/words";

/** Author and licence, each with its link. Says so when the provider names neither. */
export function Credit({ attribution }: { attribution: Attribution }) {
  const words = useCommonWords();
  const { author, license_name: license, license_url: licenseUrl, source_url: source } = attribution;
  return (
    <span className="credit">
      {words.photoBy} {author ? <OutLink href={source}>{author}</OutLink> : words.authorUnknown}
      {" · "}
      {license || licenseUrl ? <OutLink href={licenseUrl}>{license || words.licence}</OutLink> : words.licenceUnknown}
    </span>
  );
}
