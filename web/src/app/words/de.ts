import type { AppWords } from "./en";

const de: AppWords = {
  skip: "Zum Inhalt springen",
  site: "Bereiche",
  identify: "Bestimmen",
  plants: "Meine Pflanzen",
  guides: "Pflegeanleitungen",
  status: "Status",
  account: "Konto",
  api: "API",
  language: "Sprache",
  demo: "Demo:",
  demoWhy: "Es sind keine Schlüssel gesetzt, ein Simulator antwortet; niemand sieht sich das Foto an.",
  offline:
    "Sie sind offline. Fotos lassen sich hinzufügen; gesendet werden sie, sobald wieder eine Verbindung besteht.",
  neverEat: "Nie eine Pflanze essen oder weitergeben, weil eine App sie benannt hat.",
  credits: "Bestimmt mit Plant.id · Powered by Pl@ntNet",
  recent: "Ihre neuesten Pflanzen",
  allPlants: "Alle meine Pflanzen",
  signIn: "Anmelden",
  queued: "Die Fotos warten weiter unten: Sie werden von selbst gesendet, wenn es so weit ist.",
  plant: "Ihre Pflanze",
  anotherPlant: "Eine andere Pflanze bestimmen",
  before: "Die Antwort davor",
  photosAway: "Die früheren Fotos lassen sich gerade nicht holen. Bitte noch einmal versuchen.",
  notFound: "Diese Seite gibt es nicht",
  notFoundWhy: "Vielleicht ist die Adresse falsch geschrieben, oder die Seite ist umgezogen.",
  toStart: "Zur Startseite",
  broken: "Diese Seite hat einen Fehler",
  brokenWhy: "Das ist unser Fehler, nicht Ihrer. Oft hilft es, sie neu zu laden.",
  reload: "Neu laden",
  delete: "Diese Bestimmung löschen",
  deleteSure: "Ja, endgültig löschen",
  deleted: "Gelöscht.",
  deleteFailed: "Das Löschen ist gerade nicht gelungen. Bitte noch einmal versuchen.",
};

export default de;
