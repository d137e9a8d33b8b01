import { Fragment, type ReactNode } from "react";

import { OutLink } from "@/components/OutLink";
import type { Suggestion } from "@/lib/api/types";

import { type ResultWords, useResultWords } from "./words";

/** Names and links of the candidate that the answer names, and what is written of it, with its source. */
export function Names({ suggestion }: { suggestion: Suggestion }) {
  const words = useResultWords();
  const links = linksOf(suggestion);
  return (
    <section className="block">
      <h3>{words.names}</h3>
      <dl className="facts">
        <Fact term={`${words.scientificName} (${words.ranks[suggestion.rank] ?? suggestion.rank})`}>
          <i>{suggestion.name}</i> {suggestion.authorship}
        </Fact>
        {suggestion.common_names.length > 0 && (
          <Fact term={words.commonNames}>{suggestion.common_names.join(", ")}</Fact>
        )}
        {suggestion.also_called.length > 0 && (
          <Fact term={words.alsoCalled}>
            <Listed items={suggestion.also_called.map((name) => [name, <i key={name}>{name}</i>])} between=", " />
          </Fact>
        )}
        {suggestion.genus && (
          <Fact term={words.genus}>
            <i>{suggestion.genus}</i>
          </Fact>
        )}
        {suggestion.family && <Fact term={words.family}>{suggestion.family}</Fact>}
        {links.length > 0 && (
          <Fact term={words.readMore}>
            <Listed items={links} between=" · " />
          </Fact>
        )}
      </dl>
      <Description suggestion={suggestion} words={words} />
    </section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Listed({ items, between }: { items: [string, ReactNode][]; between: string }) {
  return items.map(([key, item], index) => (
    <Fragment key={key}>
      {index > 0 && between}
      {item}
    </Fragment>
  ));
}

/** The page of Kew's Plants of the World Online; `id` with or without its prefix. */
export function powoAddress(id: string): string {
  const lsid = id.startsWith("urn:lsid:") ? id : `urn:lsid:ipni.org:names:${id}`;
  return `https://powo.science.kew.org/taxon/${lsid}`;
}

function linksOf({ ids, wikipedia_url: wikipedia }: Suggestion): [string, ReactNode][] {
  const addresses: [string, string | null][] = [
    ["GBIF", ids.gbif_backbone ? `https://www.gbif.org/species/${String(ids.gbif_backbone)}` : null],
    ["Plants of the World Online", ids.powo ? powoAddress(ids.powo) : null],
    ["Wikipedia", wikipedia ?? null],
  ];
  return addresses.flatMap(([name, href]) =>
    href
      ? [
          [
            name,
            <OutLink key={name} href={href}>
              {name}
            </OutLink>,
          ] satisfies [string, ReactNode],
        ]
      : [],
  );
}

function Description({ suggestion: { description }, words }: { suggestion: Suggestion; words: ResultWords }) {
  if (!description) return null;
  const { source_url: source, license_name: license, license_url: licenseUrl } = description.attribution;
  return (
    <blockquote>
      <p>{description.text}</p>
      <footer className="credit">
        {words.source} <OutLink href={source}>{source ? new URL(source).hostname : words.notNamed}</OutLink>
        {license && " · "}
        {license && <OutLink href={licenseUrl}>{license}</OutLink>}
      </footer>
    </blockquote>
  );
}
