import type { HistoryWords } from "./words";

const fr: HistoryWords = {
  title: "Mes plantes",
  intro: "Tout ce que vous avez demandé, le plus récent d’abord. Vous seul voyez cette liste.",
  search: "Chercher par nom",
  level: "Degré de certitude",
  anyLevel: "Toutes les réponses",
  status: "État",
  anyStatus: "Tous les états",
  levels: {
    sure: "Certain",
    likely: "Probable",
    maybe: "Possible",
    group: "Un groupe",
    unsure: "Incertain",
    not_a_plant: "Pas une plante",
  },
  states: { complete: "Avec réponse", running: "En cours", failed: "Sans réponse" },
  plants: "Plantes",
  nothingYet: "Pas encore de plantes",
  nothingYetWhy: "Les photos que vous soumettez sont gardées ici avec leurs réponses.",
  askFirst: "Identifier une plante",
  nothingFound: "Rien trouvé",
  nothingFoundWhy: "Aucune de vos plantes ne correspond. Un mot plus court ou moins de filtres aideront peut-être.",
  showAll: "Tout afficher",
  showMore: "Afficher la suite",
  loadingMore: "Un instant …",
  delete: "Supprimer",
  deleted: (count) => (count === 1 ? "Supprimé." : `${String(count)} supprimées.`),
  undo: "Annuler",
  restored: "Rien n’a été supprimé.",
  deleteFailed: (count) =>
    count === 1
      ? "Une plante n’a pas pu être supprimée pour le moment ; elle est de retour. Veuillez réessayer."
      : `${String(count)} plantes n’ont pas pu être supprimées pour le moment ; elles sont de retour. Veuillez réessayer.`,
  correct: "Corriger",
  orItsName: "Ou son nom, si vous le connaissez",
  send: "Envoyer",
  sending: "Envoi …",
  notArrived: "Cela n’est pas arrivé. Veuillez appuyer de nouveau dans un instant.",
  feedback: (feedback) => {
    if (!feedback) return "";
    if (feedback.was_right === "yes") return "Vous avez dit : c’était juste.";
    if (feedback.was_right === "no") return "Vous avez dit : ce n’était pas juste.";
    return feedback.name ? `Vous avez dit : c’est ${feedback.name}.` : "Vous avez dit : c’est une autre plante.";
  },
  export: "Enregistrer en tableau (CSV)",
  exportFound: "Enregistrer celles-ci en tableau (CSV)",
  exportWhy: "Pour les tableurs, sans photos. Tout ce que nous gardons à votre sujet se trouve dans",
  account: "votre compte",
  exporting: (count) => `${count} plantes lues …`,
  exported: (count) => `Enregistré : ${count} plantes.`,
  exportFailed: "Le tableau n’a pas pu être créé pour le moment. Veuillez réessayer.",
  columns: {
    date: "Demandé le",
    name: "Nom",
    commonName: "Nom commun",
    family: "Famille",
    level: "Degré de certitude",
    said: "Ce que j’ai dit",
    address: "Adresse",
  },
};

export default fr;
