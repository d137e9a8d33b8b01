import type { HistoryWords } from "./words";

const es: HistoryWords = {
  title: "Mis plantas",
  intro: "Todo lo que ha preguntado, lo más nuevo primero. Solo usted ve esta lista.",
  search: "Buscar por nombre",
  level: "Grado de seguridad",
  anyLevel: "Todas las respuestas",
  status: "Estado",
  anyStatus: "Todos los estados",
  levels: {
    sure: "Seguro",
    likely: "Probable",
    maybe: "Quizás",
    group: "Un grupo",
    unsure: "Inseguro",
    not_a_plant: "Ninguna planta",
  },
  states: { complete: "Con respuesta", running: "En curso", failed: "Sin respuesta" },
  plants: "Plantas",
  nothingYet: "Aún no hay plantas",
  nothingYetWhy: "Las fotos por las que pregunta se guardan aquí con sus respuestas.",
  askFirst: "Identificar una planta",
  nothingFound: "No se encontró nada",
  nothingFoundWhy: "Ninguna de sus plantas coincide. Una palabra más corta o menos filtros quizás ayuden.",
  showAll: "Mostrar todas",
  showMore: "Mostrar más",
  loadingMore: "Un momento …",
  delete: "Eliminar",
  deleted: (count) => (count === 1 ? "Eliminada." : `${String(count)} eliminadas.`),
  undo: "Deshacer",
  restored: "No se eliminó nada.",
  deleteFailed: (count) =>
    count === 1
      ? "Una planta no se pudo eliminar en este momento y está de vuelta. Inténtelo de nuevo."
      : `${String(count)} plantas no se pudieron eliminar en este momento y están de vuelta. Inténtelo de nuevo.`,
  correct: "Corregir",
  orItsName: "O su nombre, si lo conoce",
  send: "Enviar",
  sending: "Enviando …",
  notArrived: "No ha llegado. Pulse de nuevo en un momento.",
  feedback: (feedback) => {
    if (!feedback) return "";
    if (feedback.was_right === "yes") return "Usted dijo: era correcto.";
    if (feedback.was_right === "no") return "Usted dijo: no era correcto.";
    return feedback.name ? `Usted dijo: es ${feedback.name}.` : "Usted dijo: es otra planta.";
  },
  export: "Guardar como tabla (CSV)",
  exportFound: "Guardar estas como tabla (CSV)",
  exportWhy: "Para hojas de cálculo, sin fotos. Todo lo que guardamos sobre usted está en",
  account: "su cuenta",
  exporting: (count) => `${count} plantas leídas …`,
  exported: (count) => `Guardado: ${count} plantas.`,
  exportFailed: "La tabla no se pudo crear en este momento. Inténtelo de nuevo.",
  columns: {
    date: "Preguntado el",
    name: "Nombre",
    commonName: "Nombre común",
    family: "Familia",
    level: "Grado de seguridad",
    said: "Lo que dije",
    address: "Dirección",
  },
};

export default es;
