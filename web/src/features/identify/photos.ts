/** The photos of one plant that are about to be sent: at most five, in their order. */

import { type Organ, ORGANS } from "@/lib/api/types";

import type { IdentifyWords } from "./words";

export const PHOTOS_MAX = 5;
const NAMES = /\.(jpe?g|png|webp|avif|heic|heif)$/i;
const TYPES = /^image\/(jpeg|png|webp|avif|heic|heif)$/;

export interface Photo {
  key: number;
  file: File;
  organ: Organ;
  problem: string; // what the server said of it, "" when nothing
}

let lastKey = 0;

/** The photos with those of `files` that are photos, new, and still have room; and a sentence for each that is left out. */
export function withFiles(
  photos: readonly Photo[],
  files: Iterable<File>,
  words: IdentifyWords,
  organ: Organ = "auto",
) {
  const all = [...photos];
  const refused = new Set<string>();
  for (const file of files) {
    const reason = reasonAgainst(file, all, words);
    if (reason) refused.add(reason);
    else all.push({ key: (lastKey += 1), file, organ, problem: "" });
  }
  return { photos: all, refused: [...refused] };
}

function reasonAgainst(file: File, photos: readonly Photo[], words: IdentifyWords): string {
  if (!TYPES.test(file.type) && !NAMES.test(file.name)) return words.notReadable(file.name);
  if (file.size === 0) return words.isEmpty(file.name);
  if (photos.some((photo) => isSame(photo.file, file))) return words.isThere(file.name);
  if (photos.length >= PHOTOS_MAX) return words.tooMany(file.name);
  return "";
}

function isSame(one: File, other: File): boolean {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}

/** The position of the photo that a problem's error points to, such as `#/images/2`; null for one about something else. */
export function photoPointedTo(pointer: string): number | null {
  const found = /^#?\/images?\/(\d+)$/.exec(pointer);
  return found ? Number(found[1]) : null;
}

export function isOrgan(text: string): text is Organ {
  return (ORGANS as readonly string[]).includes(text);
}
