/** What is asked: photos of one plant, and what belongs to them. */

import type { Organ } from "@/lib/api/types";
import type { Language } from "@/lib/language";

export interface Place {
  latitude: number; // degrees, rounded to 0.1
  longitude: number;
}

export interface QuestionPhoto {
  blob: Blob;
  name: string;
  organ: Organ;
}

export interface Question {
  photos: readonly QuestionPhoto[];
  language: Language;
  health: boolean;
  place: Place | null;
  continues?: string; // the id of an earlier answer about the same plant: this one stands for it
}

/** The form that the API gets. */
export function formOf({ photos, language, health, place, continues }: Question): FormData {
  const form = new FormData();
  for (const photo of photos) {
    form.append("images", photo.blob, photo.name);
    form.append("organs", photo.organ);
  }
  form.append("language", language);
  if (health) form.append("include_diseases", "true");
  if (place) {
    form.append("latitude", String(place.latitude));
    form.append("longitude", String(place.longitude));
  }
  if (continues) form.append("continues", continues);
  return form;
}
