/** The asker's rough place: only when they press the button, and rounded before it leaves the browser. */

import type { Place } from "@/lib/identification/question";
import type { Language } from "@/lib/language";

import type { IdentifyWords } from "./words";

/** To 0.1 degree, about 11 km. */
export function rough(degrees: number): number {
  return Math.round(degrees * 10) / 10 + 0; // + 0: no -0
}

export function placeWords({ latitude, longitude }: Place, words: IdentifyWords, language: Language = "en"): string {
  const format = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const north = `${format.format(Math.abs(latitude))}° ${latitude < 0 ? words.south : words.north}`;
  const east = `${format.format(Math.abs(longitude))}° ${longitude < 0 ? words.west : words.east}`;
  return `${north}, ${east}`;
}

/** Ask the browser. Rejects when the user says no, or nothing knows the place. */
export function findPlace(): Promise<Place> {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        resolve({ latitude: rough(coords.latitude), longitude: rough(coords.longitude) });
      },
      () => {
        reject(new Error("no place"));
      },
      { enableHighAccuracy: false, timeout: 15_000, maximumAge: 3_600_000 },
    );
  });
}
