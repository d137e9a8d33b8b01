import type { ReactNode } from "react";

import { OutLink } from "@/components/OutLink";
import { SourceLink } from "@/components/SourceLink";

import { type BodyBlock, type CareBlock, type Fact, FACTS, type Guide, ownAddress, type Picture } from "./guides";
import { Poison } from "./Poison";
import { RichText } from "./RichText";
import { useGuidesWords } from "./words";

/** One guide: each fact with its source, and what nobody found said as "no data". */
export function GuideView({ guide, children }: { guide: Guide; children: ReactNode }) {
  const words = useGuidesWords();
  const language = guide.meta.locale;
  const page = ownAddress(guide.meta.html_url);
  return (
    <article className="panel guide">
      <header className="heading">
        <p className="tag">{guide.rank === "genus" ? words.guideOfGenus : words.guide}</p>
        <h1 tabIndex={-1} lang={language}>
          {guide.title}
        </h1>
        <Names guide={guide} />
      </header>
      <div className="care-facts">
        {FACTS.map((kind) => (
          <CareFact key={kind} title={words.facts[kind]} fact={factOf(guide.care, kind)} language={language} />
        ))}
      </div>
      <Poison care={guide.care} language={language} />
      {guide.body.length > 0 && (
        <div className="block text" lang={language}>
          {guide.body.map((block) => (
            <Block key={block.id} block={block} />
          ))}
        </div>
      )}
      <footer className="block">
        <p className="note">{words.languageNote}</p>
        <div className="row">
          {children}
          {page && <a href={page}>{words.permanentPage}</a>}
        </div>
      </footer>
    </article>
  );
}

function Names({ guide }: { guide: Guide }) {
  const words = useGuidesWords();
  const { common_names: common, other_names: others } = guide;
  return (
    <>
      <p className="lead">
        <i>{guide.accepted_name}</i>
        {common.length > 0 && <span lang={guide.meta.locale}> · {common.join(", ")}</span>}
      </p>
      {others.length > 0 && (
        <p>
          {words.alsoCalled} <i>{others.join(", ")}</i>
        </p>
      )}
      {guide.names_source_url && (
        <SourceLink title={guide.names_source_title} url={guide.names_source_url} label={words.sourceOfNames} />
      )}
    </>
  );
}

function factOf(care: readonly CareBlock[], kind: (typeof FACTS)[number]): Fact | undefined {
  return care.find((block) => block.type === kind)?.value;
}

function CareFact({ title, fact, language }: { title: string; fact: Fact | undefined; language: string | undefined }) {
  const words = useGuidesWords();
  return (
    <section>
      <h2>{title}</h2>
      {fact ? (
        <>
          <p lang={language}>{fact.text}</p>
          <SourceLink title={fact.source_title} url={fact.source_url} />
        </>
      ) : (
        <p className="note">{words.noData}</p>
      )}
    </section>
  );
}

function Block({ block }: { block: BodyBlock }) {
  if (block.type === "heading") return <h2>{block.value}</h2>;
  if (block.type === "picture") return <Figure picture={block.value} />;
  return (
    <div className="rich">
      <RichText html={block.value} />
    </div>
  );
}

function Figure({ picture }: { picture: Picture }) {
  const words = useGuidesWords();
  const { url, alt_text: alt, caption, width, height, credit } = picture;
  return (
    <figure>
      <img src={ownAddress(url) ?? ""} alt={alt} width={width} height={height} loading="lazy" />
      <figcaption>
        {caption && <span>{caption}</span>}
        <span className="credit">
          <OutLink href={credit.source_url}>{words.photo(credit.author, credit.licence)}</OutLink>
        </span>
      </figcaption>
    </figure>
  );
}
