import type { GuidesWords } from "./words";

const fr: GuidesWords = {
  title: "Fiches d’entretien",
  intro: "Comment soigner les plantes : chaque information avec sa source.",
  search: "Chercher par nom ou par mot",
  found: (count, text) => `${String(count)} ${count > 1 ? "fiches" : "fiche"} pour « ${text} »`,
  nothingFound: "Aucune fiche ne correspond",
  nothingFoundWhy: "Un autre nom, ou un seul mot entier, aidera peut-être.",
  nothingYet: "Il n’y a pas encore de fiche",
  nothingYetWhy: "Elles sont écrites par des personnes ; revenez plus tard.",
  showMore: "Afficher la suite",
  wholeGenus: "le genre entier",
  photo: (author, licence) => `Photo : ${author}, ${licence}`,
  guide: "Fiche d’entretien",
  guideOfGenus: "Fiche d’entretien pour un genre entier",
  alsoCalled: "Se trouve aussi sous le nom de",
  sourceOfNames: "Noms :",
  facts: { light: "Lumière", water: "Eau", soil: "Sol", temperature: "Température" },
  noData: "Pas de données",
  poison: "Toxicité",
  neverEat:
    "Ne mangez et ne donnez jamais une plante parce qu’une application ou une page l’a nommée : les noms peuvent être faux, et certaines erreurs sont mortelles.",
  languageNote: "Les fiches sont écrites par des personnes, en anglais.",
  allGuides: "Toutes les fiches",
  permanentPage: "Cette fiche en page simple, à garder ou à imprimer",
  notFound: "Cette fiche n’existe pas",
  notFoundWhy: "Elle a peut-être été renommée ou retirée. Toutes les fiches sont dans la liste.",
};

export default fr;
