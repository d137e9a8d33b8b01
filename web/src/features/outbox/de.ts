import type { OutboxWords } from "./en";

const de: OutboxWords = {
  title: "Wartet auf das Senden",
  why: "Diese Fotos bleiben auf diesem Gerät und werden von selbst gesendet, sobald der Server erreichbar ist. Diese Seite kann geschlossen werden.",
  photos: (count) => `${count} ${count === 1 ? "Foto" : "Fotos"}`,
  addedAt: (time) => `hinzugefügt am ${time}`,
  isSending: "Wird gesendet …",
  waits: "Wartet auf eine Verbindung.",
  waitsForSignIn: "Wird nach dem Anmelden gesendet.",
  waitsUntil: (time) => `Nächster Versuch am ${time}.`,
  sendNow: "Jetzt senden",
  discard: "Verwerfen",
  notStored:
    "Dieser Browser kann keine Fotos für später aufbewahren. Bitte auf dieser Seite bleiben, bis sie gesendet sind.",
};

export default de;
