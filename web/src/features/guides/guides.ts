/** The care guides, as Wagtail's API gives them. */

import { call } from "@/lib/api/client";
import { webAddress } from "@/components/OutLink";
import type { PoisonReport } from "@/components/PoisonFacts";

const PAGES = "/api/v2/pages/";
const TYPE = "care_guides.CareGuidePage";
const LISTED = "accepted_name,rank,common_names,body,locale";
const PAGE_SIZE = 20; // the most that the server gives at once

export interface Fact {
  text: string;
  source_title: string;
  source_url: string;
}

export const FACTS = ["light", "water", "soil", "temperature"] as const;

export type CareBlock =
  { type: (typeof FACTS)[number]; value: Fact; id: string } | { type: "toxicity"; value: PoisonReport; id: string };

export interface Picture {
  alt_text: string;
  caption: string;
  url: string;
  width: number;
  height: number;
  credit: { author: string; licence: string; source_url: string };
}

export type BodyBlock =
  | { type: "heading"; value: string; id: string }
  | { type: "text"; value: string; id: string }
  | { type: "picture"; value: Picture; id: string };

export interface ListedGuide {
  id: number;
  meta: { slug: string; html_url: string | null; locale?: string };
  title: string;
  accepted_name: string;
  rank: "species" | "genus";
  common_names: string[];
  body: BodyBlock[];
}

export interface Guide extends ListedGuide {
  other_names: string[];
  names_source_title: string;
  names_source_url: string;
  care: CareBlock[];
}

export interface GuidePage<Each> {
  meta: { total_count: number };
  items: Each[];
}

async function readPages<Each>(query: Record<string, string>, signal: AbortSignal): Promise<GuidePage<Each>> {
  const url = new URL(`${PAGES}?${new URLSearchParams({ type: TYPE, ...query }).toString()}`, window.location.href);
  return (await (await call(url, { signal })).json()) as GuidePage<Each>;
}

/** Some of the guides: by title, or those that match the best first. Throws ApiProblem. */
export function readGuides(search: string, offset: number, signal: AbortSignal): Promise<GuidePage<ListedGuide>> {
  const query = { fields: LISTED, limit: String(PAGE_SIZE), offset: String(offset) };
  return readPages(search ? { ...query, search } : { ...query, order: "title" }, signal);
}

/** The guide at this address; null when there is none. Throws ApiProblem. */
export async function readGuide(slug: string, signal: AbortSignal): Promise<Guide | null> {
  const { items } = await readPages<Guide>({ slug, fields: "*" }, signal);
  return items[0] ?? null;
}

/** Whether one of its names has the text: the server finds whole words only, people type half of one. */
export function isNamed({ title, accepted_name, common_names }: ListedGuide, text: string): boolean {
  return [title, accepted_name, ...common_names].some((name) => name.toLowerCase().includes(text.toLowerCase()));
}

export function pictureOf({ body }: ListedGuide): Picture | undefined {
  return body.find((block) => block.type === "picture")?.value;
}

/** An address of this site is used without its host: the server need not know under which name it was called. */
export function ownAddress(url: string | null | undefined): string | null {
  const address = webAddress(url);
  if (!address) return null;
  const { pathname } = new URL(address);
  return /^\/(media|guides)\//.test(pathname) ? pathname : address;
}
