import { useRef, useState } from "react";

import { ACCEPT } from "@/features/identify/DropZone";
import { isOrgan, PHOTOS_MAX } from "@/features/identify/photos";
import { prepare } from "@/features/identify/shrink";
import { useIdentifyWords } from "@/features/identify/words";
import { call } from "@/lib/api/client";
import type { Identification, Organ } from "@/lib/api/types";
import { addressOf } from "@/lib/identification/news";
import type { Question, QuestionPhoto } from "@/lib/identification/question";
import { useLanguage } from "@/lib/language";

import { useAsk } from "./useAsk";
import { useAppWords } from "./words/words";

interface Change {
  health?: boolean;
  added?: QuestionPhoto[];
}

/** Asking again with the photos of an earlier identification, and with more; once answered, it stands for that. */
export function useAgain(body: Identification | null) {
  const words = useAppWords();
  const identifyWords = useIdentifyWords();
  const language = useLanguage();
  const { ask, busy, problem } = useAsk();
  const [said, say] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const organ = useRef<Organ>("auto");

  const again = async (id: string, { health = false, added = [] }: Change) => {
    say("");
    try {
      const earlier = await readPhotos(body ?? (await readOne(id)));
      const question: Question = {
        photos: [...earlier, ...added],
        language,
        health: health || (body?.health_asked ?? false),
        place: null,
        ...(body?.status === "complete" && { continues: body.id }),
      };
      await ask(question);
    } catch {
      say(words.photosAway);
    }
  };
  const add = async (files: File[]) => {
    const room = PHOTOS_MAX - (body?.photos.length ?? 0);
    const added = await Promise.all(
      files.slice(0, room).map(async (file) => ({
        blob: (await prepare(file)).blob,
        name: file.name || "photo.jpg",
        organ: organ.current,
      })),
    );
    if (body && added.length > 0) await again(body.id, { added });
    if (files.length > room)
      say(
        files
          .slice(room)
          .map((file) => identifyWords.tooMany(file.name))
          .join(" "),
      );
  };
  const picker = (
    <input
      className="gone"
      id="another"
      ref={input}
      type="file"
      multiple
      accept={ACCEPT}
      aria-label={words.plant}
      onChange={(event) => {
        const files = [...(event.currentTarget.files ?? [])];
        event.currentTarget.value = "";
        void add(files);
      }}
    />
  );
  const pick = (of: string) => {
    organ.current = isOrgan(of) ? of : "auto";
    input.current?.click();
  };
  return { ask: again, busy, problem, said, picker, pick };
}

async function readOne(id: string): Promise<Identification> {
  return (await (await call(new URL(addressOf(id), window.location.href))).json()) as Identification;
}

/** The stored photos, to ask again with them. */
async function readPhotos(body: Identification): Promise<QuestionPhoto[]> {
  return Promise.all(
    body.photos.map(async (photo) => {
      const blob = await (
        await call(new URL(photo.url, window.location.href), { headers: { Accept: "image/*" } })
      ).blob();
      return {
        blob,
        name: `photo-${String(photo.position + 1)}.jpg`,
        organ: isOrgan(photo.organ) ? photo.organ : "auto",
      };
    }),
  );
}
