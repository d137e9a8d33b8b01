import type { GuidesWords } from "./words";

const de: GuidesWords = {
  title: "Pflegeanleitungen",
  intro: "Wie man Pflanzen pflegt: jede Angabe mit der Quelle, in der sie steht.",
  search: "Nach Namen oder Wörtern suchen",
  found: (count, text) => `${String(count)} ${count === 1 ? "Anleitung" : "Anleitungen"} zu „${text}“`,
  nothingFound: "Keine Anleitung passt dazu",
  nothingFoundWhy: "Ein anderer Name oder ein einzelnes ganzes Wort hilft vielleicht.",
  nothingYet: "Es gibt noch keine Anleitung",
  nothingYetWhy: "Sie werden von Menschen geschrieben; schauen Sie später wieder herein.",
  showMore: "Mehr zeigen",
  wholeGenus: "die ganze Gattung",
  photo: (author, licence) => `Foto: ${author}, ${licence}`,
  guide: "Pflegeanleitung",
  guideOfGenus: "Pflegeanleitung für eine ganze Gattung",
  alsoCalled: "Auch zu finden als",
  sourceOfNames: "Namen:",
  facts: { light: "Licht", water: "Wasser", soil: "Erde", temperature: "Temperatur" },
  noData: "Keine Angaben",
  poison: "Gift",
  neverEat:
    "Essen oder verschenken Sie nie eine Pflanze, nur weil eine App oder eine Seite sie benannt hat: Namen können falsch sein, und manche Irrtümer sind tödlich.",
  languageNote: "Die Anleitungen werden von Menschen geschrieben, auf Englisch.",
  allGuides: "Alle Anleitungen",
  permanentPage: "Diese Anleitung als einfache Seite, zum Aufheben oder Drucken",
  notFound: "Diese Anleitung gibt es nicht",
  notFoundWhy: "Vielleicht wurde sie umbenannt oder zurückgezogen. In der Liste stehen alle.",
};

export default de;
