import type { HistoryWords } from "./words";

const de: HistoryWords = {
  title: "Meine Pflanzen",
  intro: "Alles, wonach Sie gefragt haben, das Neueste zuerst. Nur Sie sehen diese Liste.",
  search: "Nach Namen suchen",
  level: "Wie sicher",
  anyLevel: "Alle Antworten",
  status: "Stand",
  anyStatus: "Jeder Stand",
  levels: {
    sure: "Sicher",
    likely: "Wahrscheinlich",
    maybe: "Vielleicht",
    group: "Eine Gruppe",
    unsure: "Unsicher",
    not_a_plant: "Keine Pflanze",
  },
  states: { complete: "Beantwortet", running: "Wird noch gesucht", failed: "Keine Antwort" },
  plants: "Pflanzen",
  nothingYet: "Noch keine Pflanzen",
  nothingYetWhy: "Fotos, nach denen Sie fragen, werden hier mit ihren Antworten aufgehoben.",
  askFirst: "Eine Pflanze bestimmen",
  nothingFound: "Nichts gefunden",
  nothingFoundWhy: "Keine Ihrer Pflanzen passt dazu. Ein kürzeres Wort oder weniger Filter helfen vielleicht.",
  showAll: "Alle zeigen",
  showMore: "Mehr zeigen",
  loadingMore: "Einen Moment …",
  delete: "Löschen",
  deleted: (count) => (count === 1 ? "Gelöscht." : `${String(count)} gelöscht.`),
  undo: "Rückgängig",
  restored: "Es wurde nichts gelöscht.",
  deleteFailed: (count) =>
    count === 1
      ? "Eine Pflanze konnte gerade nicht gelöscht werden und ist wieder da. Bitte versuchen Sie es noch einmal."
      : `${String(count)} Pflanzen konnten gerade nicht gelöscht werden und sind wieder da. Bitte versuchen Sie es noch einmal.`,
  correct: "Berichtigen",
  orItsName: "Oder ihr Name, wenn Sie ihn kennen",
  send: "Senden",
  sending: "Wird gesendet …",
  notArrived: "Das ist nicht angekommen. Bitte drücken Sie gleich noch einmal.",
  feedback: (feedback) => {
    if (!feedback) return "";
    if (feedback.was_right === "yes") return "Sie sagten: Das stimmte.";
    if (feedback.was_right === "no") return "Sie sagten: Das stimmte nicht.";
    return feedback.name ? `Sie sagten: Es ist ${feedback.name}.` : "Sie sagten: Es ist eine andere Pflanze.";
  },
  export: "Als Tabelle sichern (CSV)",
  exportFound: "Diese als Tabelle sichern (CSV)",
  exportWhy: "Für Tabellenprogramme, ohne Fotos. Alles, was wir über Sie aufheben, steht in",
  account: "Ihrem Konto",
  exporting: (count) => `${count} Pflanzen gelesen …`,
  exported: (count) => `Gesichert: ${count} Pflanzen.`,
  exportFailed: "Die Tabelle konnte gerade nicht erstellt werden. Bitte versuchen Sie es noch einmal.",
  columns: {
    date: "Gefragt am",
    name: "Name",
    commonName: "Deutscher Name",
    family: "Familie",
    level: "Wie sicher",
    said: "Was ich sagte",
    address: "Adresse",
  },
};

export default de;
