import { Fragment, type ReactNode } from "react";

import { OutLink } from "@/components/OutLink";

const KEPT: Record<string, "p" | "ul" | "ol" | "li" | "b" | "i" | "br"> = {
  p: "p",
  ul: "ul",
  ol: "ol",
  li: "li",
  b: "b",
  strong: "b",
  i: "i",
  em: "i",
  br: "br",
};
const DROPPED = new Set([
  "script",
  "style",
  "template",
  "iframe",
  "object",
  "embed",
  "svg",
  "math",
  "noscript",
  "form",
]);

/** Text that people formatted in the CMS: what is on the list is made anew, of the rest only the words are kept. */
export function RichText({ html }: { html: string }) {
  // A parsed document runs no scripts and fetches nothing; none of its nodes comes into the page.
  return <>{childrenOf(new DOMParser().parseFromString(html, "text/html").body)}</>;
}

function childrenOf(node: Node): ReactNode[] {
  return [...node.childNodes].map((child, index) => <Fragment key={index}>{shown(child)}</Fragment>);
}

function shown(node: Node): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent;
  if (!(node instanceof Element) || DROPPED.has(node.localName)) return null;
  if (node.localName === "a") return <OutLink href={node.getAttribute("href")}>{childrenOf(node)}</OutLink>;
  const Kept = KEPT[node.localName];
  if (Kept === "br") return <br />;
  return Kept ? <Kept>{childrenOf(node)}</Kept> : childrenOf(node);
}
