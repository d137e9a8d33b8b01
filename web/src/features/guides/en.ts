const en = {
  title: "Care guides",
  intro: "How to care for plants: each fact with the source it was read in.",
  search: "Search by any name or word",
  found: (count: number, text: string) => `${String(count)} ${count === 1 ? "guide" : "guides"} for “${text}”`,
  nothingFound: "No guide has that",
  nothingFoundWhy: "Another name, or a single whole word, may find one.",
  nothingYet: "There is no guide yet",
  nothingYetWhy: "People write them; come back later.",
  showMore: "Show more",
  wholeGenus: "the whole genus",
  photo: (author: string, licence: string) => `Photo: ${author}, ${licence}`,
  guide: "Care guide",
  guideOfGenus: "Care guide for a whole genus",
  alsoCalled: "Also found as",
  sourceOfNames: "Names:",
  facts: { light: "Light", water: "Water", soil: "Soil", temperature: "Temperature" },
  noData: "No data",
  poison: "Poison",
  neverEat:
    "Never eat or give away a plant because an app or a page named it: names can be wrong, and some mistakes kill.",
  languageNote: "Guides are written by people, in English.",
  allGuides: "All guides",
  permanentPage: "This guide as a plain page, to keep or print",
  notFound: "There is no such guide",
  notFoundWhy: "It may have been renamed or taken back. All guides are in the list.",
};

export type GuidesWords = typeof en;
export default en;
