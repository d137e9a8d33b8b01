import type { StatusWords } from "./words";

const fr: StatusWords = {
  title: "État",
  health: {
    healthy: "Tout va bien.",
    degraded: "Cela marche, mais pas entièrement.",
    unhealthy: "Les plantes ne peuvent pas être identifiées pour le moment.",
  },
  healthWhy: {
    healthy: "Les photos sont examinées et reçoivent une réponse comme d’habitude.",
    degraded: "Les réponses peuvent être incomplètes, tardives ou plus anciennes.",
    unhealthy: "Vos photos sont gardées sur votre appareil et envoyées dès que cela remarche.",
  },
  lookedAt: (time) => `À ${time}. Vérifié de nouveau toutes les 15 secondes.`,
  notRead: (time) => `Le serveur n’a pas pu être interrogé de nouveau. Voici l’état à ${time}.`,
  providers: "Services d’identification",
  states: {
    answering: "répond aux questions",
    resting: "est au repos après des échecs",
    paused: "est en pause",
    out_of_quota: "a épuisé son quota pour le moment",
  },
  backIn: (time) => `Il est interrogé de nouveau dans ${time}.`,
  backWithNext: "Il est essayé à la prochaine question.",
  backUnknown: "On ne sait pas pour combien de temps.",
  today: "Aujourd’hui",
  todayWhy: "Depuis 00:00 UTC, pour tout le monde ensemble.",
  todayUnknown: "Les chiffres ne peuvent pas être lus pour le moment.",
  identifications: "Plantes avec réponse",
  shareFromCache: "Réponses de mémoire",
  callsAvoided: "Appels aux services évités",

  toFix: "À réparer",
  nothingToFix: "Il n’y a rien à réparer.",
  severities: { error: "Erreur", warning: "Avertissement", info: "Remarque" },
  mend: "Comment y remédier :",
  quota: "Quota",
  windows: { day: "aujourd’hui", month: "ce mois-ci", total: "au total" },
  used: (used, limit, window) => `${used} sur ${limit} utilisés ${window}`,
  units: { plant_id: "crédits", plantnet: "requêtes" },
  unlimited: "Aucune limite n’est fixée.",
  resetsAt: (time) => `repart à zéro : ${time}`,

  circuits: "Disjoncteurs",
  circuitsWhy:
    "Ils se trouvent entre ce serveur et chaque service, et n’interrogent plus celui qui échoue. Un ordre vaut partout.",
  circuitStates: {
    closed: "Fermé : le service est interrogé.",
    open: "Ouvert : le service n’est pas interrogé.",
    half_open: "Entrouvert : le service est essayé.",
  },
  overrides: {
    forced_open: "Tenu ouvert par l’exploitant jusqu’à ce que l’ordre soit retiré.",
    disabled: "Désactivé par l’exploitant : les échecs n’ouvrent rien.",
    metrics_only: "Compte seulement, sur ordre de l’exploitant.",
  },
  nextTry: (time) => `Prochain essai dans ${time}.`,
  failures: (count) => (count === 1 ? "1 échec." : `${String(count)} échecs de suite.`),
  lastCall: (state, time) => `Dernier appel : ${state} (${time}).`,
  alone: "La mémoire commune est injoignable : voici ce que sait un seul processus.",
  orders: { open: "Ouvrir", close: "Fermer", reset: "Réinitialiser" },
  ordersWhy: {
    open: "Ouvrir : aucun appel ne part jusqu’à Fermer.",
    close: "Fermer : retire cet ordre.",
    reset: "Réinitialiser : met aussi fin à un repos ou à une pause.",
  },
  openSure: (provider) =>
    `Ne plus interroger ${provider} ? Aucune question n’y va jusqu’à ce que quelqu’un ferme le disjoncteur.`,
  openYes: "Oui, ouvrir",
  ordered: (provider, state) => `C’est fait. ${provider} : ${state}`,
};

export default fr;
