import { useEffect, useSyncExternalStore } from "react";

import { problemWords } from "@/components/ProblemNotice";
import { forgetSoon } from "@/lib/blobs";
import { useCommonWords } from "@/lib/common/words";
import { moment, percent } from "@/lib/format";
import { type Language, useLanguage } from "@/lib/language";
import { type Owner, useMe } from "@/lib/me";
import { remember, remembered } from "@/lib/remembered";

import { type Item, outbox } from "./outbox";
import { type OutboxWords, useOutboxWords } from "./words";

export function useOutbox(): readonly Item[] {
  return useSyncExternalStore(outbox.subscribe, () => outbox.items);
}

/** The questions that the server does not have yet; nothing while there are none. */
export function Waiting({ except = "" }: { except?: string }) {
  const words = useOutboxWords();
  const items = useOutbox().filter((item) => item.key !== except);
  if (items.length === 0) return null;
  return (
    <section className="panel waiting" aria-labelledby="waiting-title">
      <h2 id="waiting-title">{words.title}</h2>
      <p className="note">{outbox.isKept ? words.why : words.notStored}</p>
      <ul className="rows">
        {items.map((item) => (
          <WaitingItem key={item.key} item={item} />
        ))}
      </ul>
    </section>
  );
}

function WaitingItem({ item }: { item: Item }) {
  const words = useOutboxWords();
  const common = useCommonWords();
  const language = useLanguage();
  const isSending = useSyncExternalStore(outbox.subscribe, () => outbox.isSending(item.key));
  const share = useSyncExternalStore(outbox.subscribe, () => outbox.shareSent(item.key));
  const sending = share === null ? words.isSending : common.sending(percent(share, language));
  const next = whenNext(item, words, language);
  return (
    <li className="waiting-item">
      <Thumbnail blob={item.question.photos[0]?.blob} />
      <div>
        <strong>{words.photos(item.question.photos.length)}</strong>
        <span className="note"> · {words.addedAt(moment(new Date(item.addedAt).toISOString(), language))}</span>
        <p className="note" role="status">
          {isSending || !item.problem ? sending : `${problemWords(item.problem, common).title}. ${next}`}
        </p>
      </div>
      <div className="row">
        <button type="button" disabled={isSending} onClick={() => void outbox.deliver(item.key)}>
          {words.sendNow}
        </button>
        <button type="button" className="quiet" disabled={isSending} onClick={() => void outbox.discard(item.key)}>
          {words.discard}
        </button>
      </div>
    </li>
  );
}

/** When it is tried again, or what has to happen before. */
function whenNext({ problem, notBefore }: Item, words: OutboxWords, language: Language): string {
  if (problem?.code === "unauthorized") return words.waitsForSignIn;
  if (problem?.code === "offline" || problem?.code === "unreachable") return words.waits;
  return words.waitsUntil(moment(new Date(notBefore).toISOString(), language));
}

/** The photo itself; its address lives as long as the picture. */
function Thumbnail({ blob }: { blob: Blob | undefined }) {
  return (
    <span className="frame small">
      {blob && <img alt="" ref={(image) => (image ? show(image, blob) : undefined)} />}
    </span>
  );
}

function show(image: HTMLImageElement, blob: Blob): () => void {
  const url = URL.createObjectURL(blob);
  image.src = url;
  return () => {
    forgetSoon(url);
  };
}

const OWNER = "outbox-owner";
const VISITOR = "visitor";

/** Who was here when the server last said: without a network it says nothing. */
function lastOwner(): Owner | undefined {
  const last = remembered(OWNER);
  return last === null ? undefined : last === VISITOR ? null : Number(last);
}

/** Send what waits from an earlier visit, as soon as it is known who is here. */
export function useOutboxOpen(): void {
  const me = useMe();
  useEffect(() => {
    const last = lastOwner();
    if (last !== undefined) outbox.belongTo(last);
    void outbox.open();
  }, []);
  useEffect(() => {
    if (me === undefined) return;
    outbox.belongTo(me?.id ?? null);
    remember(OWNER, me ? String(me.id) : VISITOR);
  }, [me]);
}
