import type { IdentifyWords } from "./en";

const de: IdentifyWords = {
  title: "Welche Pflanze ist das?",
  intro: "Ein bis fünf Fotos einer Pflanze hinzufügen. Eine Blüte und ein Blatt sagen mehr als zwei Blätter.",
  choose: "Fotos auswählen",
  take: "Foto aufnehmen",
  dropHere: "oder hierher ziehen oder einfügen",
  photos: "Ihre Fotos",
  room: (count) => `Platz für ${count} ${count === 1 ? "weiteres Foto" : "weitere Fotos"}.`,
  shows: (number) => `Foto ${number} zeigt`,
  removePhoto: (number) => `Foto ${number} entfernen`,
  noPreview: "keine Vorschau in diesem Browser; der Server kann das Foto lesen",
  preparing: "Wird verkleinert …",
  sizeOf: (size) => `Zu senden: ${size}`,
  notReadable: (file) => `„${file}“ ist kein lesbares Foto. Möglich sind JPEG, PNG, WebP, AVIF und HEIC.`,
  isEmpty: (file) => `„${file}“ ist leer. Bitte noch einmal auswählen.`,
  isThere: (file) => `„${file}“ ist schon dabei.`,
  tooMany: (file) => `Fünf Fotos genügen: „${file}“ wurde weggelassen.`,
  addFirst: "Bitte zuerst ein Foto hinzufügen.",
  options: "Optionen",
  checkHealth: "Auch die Gesundheit prüfen",
  healthCost: "kostet 1 weiteren Plant.id-Credit",
  usePlace: "Ungefähren Ort verwenden",
  placeWhy:
    "Hilft, Pflanzen auszuschließen, die in der Umgebung nicht wachsen. Wird vor dem Senden auf 0,1° (etwa 11 km) gerundet; bei Zimmerpflanzen besser weglassen.",
  placeAsking: "Der Browser wird gefragt …",
  placeUsed: (place) => `Der Ort wird verwendet: ${place}.`,
  placeDenied: "Der Browser gibt den Ort nicht an. Das macht nichts: Es geht auch ohne.",
  forgetPlace: "Nicht verwenden",
  north: "Nord",
  south: "Süd",
  east: "Ost",
  west: "West",
  identify: "Bestimmen",
  looking: "Wird bestimmt …",
};

export default de;
