import type { GuidesWords } from "./words";

const es: GuidesWords = {
  title: "Guías de cuidado",
  intro: "Cómo cuidar las plantas: cada dato con la fuente donde se leyó.",
  search: "Buscar por nombre o palabra",
  found: (count, text) => `${String(count)} ${count === 1 ? "guía" : "guías"} para «${text}»`,
  nothingFound: "Ninguna guía coincide",
  nothingFoundWhy: "Otro nombre, o una sola palabra completa, quizás ayude.",
  nothingYet: "Aún no hay guías",
  nothingYetWhy: "Las escriben personas; vuelva más tarde.",
  showMore: "Mostrar más",
  wholeGenus: "el género entero",
  photo: (author, licence) => `Foto: ${author}, ${licence}`,
  guide: "Guía de cuidado",
  guideOfGenus: "Guía de cuidado para un género entero",
  alsoCalled: "También se encuentra como",
  sourceOfNames: "Nombres:",
  facts: { light: "Luz", water: "Agua", soil: "Suelo", temperature: "Temperatura" },
  noData: "Sin datos",
  poison: "Toxicidad",
  neverEat:
    "Nunca coma ni regale una planta porque una aplicación o una página le dio nombre: los nombres pueden ser erróneos y algunos errores son mortales.",
  languageNote: "Las guías las escriben personas, en inglés.",
  allGuides: "Todas las guías",
  permanentPage: "Esta guía como página sencilla, para guardar o imprimir",
  notFound: "Esa guía no existe",
  notFoundWhy: "Quizás cambió de nombre o fue retirada. Todas las guías están en la lista.",
};

export default es;
