import type { CommonWords } from "./en";

const de: CommonWords = {
  label: (name) => `${name}:`,
  loading: "Einen Moment …",
  sending: (share) => `Wird gesendet: ${share}`,
  cancel: "Abbrechen",
  close: "Schließen",
  save: "Speichern",
  remove: "Entfernen",
  tryAgain: "Erneut versuchen",
  tryAgainIn: (time) => `Erneut versuchen in ${time}`,
  requestId: "Kennung der Anfrage",
  stillLooking: "Wird noch bestimmt",
  noAnswer: "Keine Antwort",
  noPlant: "Keine Pflanze",
  notSure: "Nicht sicher",
  opensElsewhere: "öffnet eine andere Website",
  pictureMissing: (what) => `${what} (das Bild wurde nicht geladen)`,
  photoBy: "Foto:",
  authorUnknown: "Urheber nicht genannt",
  licence: "Lizenz",
  licenceUnknown: "Lizenz nicht genannt",
  yourPhoto: (number) => `Ihr Foto ${number}`,
  waitFor: (time) => `Ein neuer Versuch lohnt sich in ${time}.`,
  source: "Quelle:",
  poison: {
    subjects: { human: "Menschen", cat: "Katzen", dog: "Hunde" },
    findings: { reported_toxic: "Als giftig gemeldet.", reported_non_toxic: "Als ungiftig gemeldet." },
    noData: "Keine Angaben. Das heißt nicht, dass sie harmlos ist.",
  },
  reasons: "Was die Dienste gemeldet haben",
  organs: {
    auto: "Nicht sicher",
    leaf: "Blatt",
    flower: "Blüte",
    fruit: "Frucht",
    bark: "Rinde",
    habit: "Ganze Pflanze",
    other: "Anderes",
  },
  states: {
    ok: "hat geantwortet",
    unavailable: "ist gerade nicht erreichbar oder zu langsam",
    reply_invalid: "hat eine unlesbare Antwort geschickt",
    exhausted: "hat das Kontingent vorerst aufgebraucht",
    quota: "hat das Kontingent vorerst aufgebraucht",
    paused: "hat um eine Pause gebeten",
    busy: "bearbeitet schon so viele Anfragen, wie zugleich möglich sind",
    circuit_open: "ist mehrmals ausgefallen und wird eine Weile nicht gefragt",
    key_refused: "nimmt den Schlüssel dieses Servers nicht an",
    rejected: "hat die Anfrage nicht angenommen",
    late: "hat nicht rechtzeitig geantwortet",
  },
  noAnswerState: "hat keine Antwort gegeben",
  problems: {
    unauthorized: {
      title: "Bitte anmelden",
      text: "Jede Antwort kann den Betreiber dieses Servers Geld kosten. Daher ist ein Konto nötig.",
    },
    offline: {
      title: "Sie sind offline",
      text: "Nichts geht verloren. Es geht weiter, sobald wieder eine Verbindung besteht.",
    },
    unreachable: {
      title: "Der Server ist nicht erreichbar",
      text: "Die Verbindung ist abgerissen. Nichts geht verloren: Was gesendet wurde, bleibt erhalten und wird noch einmal abgefragt.",
    },
    "no-provider-available": {
      title: "Gerade keine Antwort",
      text: "Im Moment kann keiner der Bestimmungsdienste antworten. An den Fotos liegt es nicht: Sie bleiben erhalten, und die Frage lässt sich noch einmal stellen.",
    },
    interrupted: {
      title: "Die Antwort wurde unterbrochen",
      text: "Der Server wurde während der Bestimmung neu gestartet. Bitte noch einmal fragen.",
    },
    "too-many-requests": {
      title: "Eine kurze Pause",
      text: "Das waren viele Fragen in kurzer Zeit, oder das Budget für heute ist aufgebraucht.",
    },
    "internal-error": {
      title: "Bei uns ist etwas schiefgegangen",
      text: "An den Fotos liegt es nicht. Der Betreiber findet den Fehler über die Kennung der Anfrage.",
    },
    "not-found": {
      title: "Das ist nicht mehr hier",
      text: "Es wurde gelöscht, oder es gehört jemand anderem.",
    },
    gone: { title: "Das ist nicht mehr hier", text: "Es war hier und ist abgelaufen." },
    forbidden: {
      title: "Dieses Konto darf das nicht",
      text: "Wenn es das dürfen sollte, hilft der Betreiber dieses Servers weiter.",
    },
    "csrf-failed": {
      title: "Bitte die Seite neu laden",
      text: "Sie war zu lange geöffnet. Nichts geht verloren.",
    },
    "deletion-scheduled": {
      title: "Dieses Konto wird bald gelöscht",
      text: "Bis dahin lässt es sich nur noch lesen, exportieren oder doch behalten: siehe Konto.",
    },
    "reauthentication-required": {
      title: "Bitte bestätigen, dass Sie es sind",
      text: "Was sich nicht leicht rückgängig machen lässt, verlangt noch einmal das Passwort.",
    },
    "database-unavailable": {
      title: "Einen Moment bitte",
      text: "Das Gedächtnis des Servers ist gerade nicht erreichbar, etwa bei einem Neustart. Es wurde nichts gefragt; bitte noch einmal senden.",
    },
    "files-unavailable": {
      title: "Fotos sind gerade nicht erreichbar",
      text: "Der Ort, an dem die Fotos liegen, antwortet nicht. Antworten betrifft das nicht; bitte gleich noch einmal versuchen.",
    },
    "storage-full": {
      title: "Kein Platz für Fotos",
      text: "Die Festplatte dieses Servers ist voll. Wer ihn betreibt, muss Platz schaffen.",
    },
    "store-unavailable": {
      title: "Das ging gerade nicht",
      text: "Der gemeinsame Speicher der Server ist nicht erreichbar. Nichts wurde geändert.",
    },
    conflict: {
      title: "Das passt nicht mehr",
      text: "Inzwischen hat sich etwas geändert. Bitte die Seite neu laden.",
    },
    "invalid-input": { title: "So lässt sich das nicht fragen", text: "" },
    "malformed-body": {
      title: "Die Fotos sind nicht vollständig angekommen",
      text: "Bitte noch einmal senden.",
    },
    "body-too-large": {
      title: "Zu viel auf einmal",
      text: "Die Fotos sind zusammen zu groß. Bitte weniger auf einmal senden.",
    },
    "photo-too-large": {
      title: "Ein Foto ist zu groß",
      text: "Ein Foto darf 15 MB und 40 Megapixel haben. Eine kleinere Fassung ergibt dieselbe Antwort.",
    },
    "photo-unsupported": {
      title: "Ein Foto ist nicht lesbar",
      text: "Möglich sind JPEG, PNG, WebP, AVIF und HEIC.",
    },
    "photo-empty": { title: "Ein Foto ist leer", text: "Bitte noch einmal auswählen." },
    "photo-damaged": {
      title: "Ein Foto ist beschädigt",
      text: "Es lässt sich nicht bis zum Ende lesen. Bitte ein anderes wählen.",
    },
    "photo-too-small": {
      title: "Ein Foto ist zu klein",
      text: "Es hat zu wenige Pixel, um eine Pflanze zu erkennen.",
    },
    "photo-refused": { title: "Ein Foto ist nicht verwendbar", text: "Bitte ein anderes wählen." },
    "too-many-keys": { title: "Zu viele API-Schlüssel", text: "Bitte einen entfernen, der nicht mehr gebraucht wird." },
    "idempotency-key-reused": {
      title: "Nach diesen Fotos wird schon gefragt",
      text: "Bitte bei den eigenen Pflanzen nachsehen oder die Fotos noch einmal hinzufügen.",
    },
  },
  unknownProblem: { title: "Das hat nicht geklappt", text: "Bitte noch einmal versuchen." },
};

export default de;
