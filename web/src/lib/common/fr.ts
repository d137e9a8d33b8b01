import type { CommonWords } from "./en";

const fr: CommonWords = {
  label: (name) => `${name} :`,
  loading: "Un instant…",
  sending: (share) => `Envoi : ${share}`,
  cancel: "Annuler",
  close: "Fermer",
  save: "Enregistrer",
  remove: "Retirer",
  tryAgain: "Réessayer",
  tryAgainIn: (time) => `Réessayer dans ${time}`,
  requestId: "Identifiant de la requête",
  stillLooking: "Identification en cours",
  noAnswer: "Pas de réponse",
  noPlant: "Pas de plante",
  notSure: "Sans certitude",
  opensElsewhere: "ouvre un autre site",
  pictureMissing: (what) => `${what} (l’image n’a pas été chargée)`,
  photoBy: "Photo :",
  authorUnknown: "auteur non indiqué",
  licence: "licence",
  licenceUnknown: "licence non indiquée",
  yourPhoto: (number) => `Votre photo ${number}`,
  waitFor: (time) => `Un nouvel essai sera utile dans ${time}.`,
  source: "Source :",
  poison: {
    subjects: { human: "Humains", cat: "Chats", dog: "Chiens" },
    findings: { reported_toxic: "Signalée toxique.", reported_non_toxic: "Signalée non toxique." },
    noData: "Pas de données. Cela ne veut pas dire qu’elle est inoffensive.",
  },
  reasons: "Ce que les services ont répondu",
  organs: {
    auto: "Je ne sais pas",
    leaf: "Feuille",
    flower: "Fleur",
    fruit: "Fruit",
    bark: "Écorce",
    habit: "Plante entière",
    other: "Autre",
  },
  states: {
    ok: "a répondu",
    unavailable: "est injoignable ou trop lent pour le moment",
    reply_invalid: "a envoyé une réponse illisible",
    exhausted: "a épuisé son quota pour le moment",
    quota: "a épuisé son quota pour le moment",
    paused: "a demandé une pause",
    busy: "traite déjà autant de demandes que possible à la fois",
    circuit_open: "a échoué plusieurs fois et n’est pas interrogé pendant un moment",
    key_refused: "n’accepte pas la clé de ce serveur",
    rejected: "n’a pas accepté la demande",
    late: "n’a pas répondu à temps",
  },
  noAnswerState: "n’a pas donné de réponse",
  problems: {
    unauthorized: {
      title: "Veuillez vous connecter",
      text: "Chaque réponse peut coûter de l’argent à l’exploitant de ce serveur : un compte est donc nécessaire.",
    },
    offline: {
      title: "Vous êtes hors ligne",
      text: "Rien n’est perdu. Tout reprendra dès le retour de la connexion.",
    },
    unreachable: {
      title: "Le serveur est injoignable",
      text: "La connexion a été coupée. Rien n’est perdu : ce qui a été envoyé est conservé et sera redemandé.",
    },
    "no-provider-available": {
      title: "Pas de réponse pour le moment",
      text: "Aucun des services d’identification ne peut répondre pour le moment. Vos photos ne sont pas en cause : elles sont conservées, et la question pourra être posée de nouveau.",
    },
    interrupted: {
      title: "La réponse a été interrompue",
      text: "Le serveur a redémarré pendant l’identification. Veuillez poser la question de nouveau.",
    },
    "too-many-requests": {
      title: "Une courte pause",
      text: "Il y a eu beaucoup de questions en peu de temps, ou le budget du jour est épuisé.",
    },
    "internal-error": {
      title: "Une erreur s’est produite de notre côté",
      text: "Vos photos ne sont pas en cause. L’exploitant peut retrouver l’erreur grâce à l’identifiant de la requête.",
    },
    "not-found": {
      title: "Cela n’est plus ici",
      text: "Cela a été supprimé ou appartient à quelqu’un d’autre.",
    },
    gone: { title: "Cela n’est plus ici", text: "C’était ici et cela a pris fin." },
    forbidden: {
      title: "Ce compte n’en a pas le droit",
      text: "S’il devait l’avoir, adressez-vous à l’exploitant de ce serveur.",
    },
    "csrf-failed": {
      title: "Veuillez recharger la page",
      text: "Elle est restée ouverte trop longtemps. Rien n’est perdu.",
    },
    "deletion-scheduled": {
      title: "Ce compte va bientôt être supprimé",
      text: "D’ici là, il peut seulement être consulté, exporté ou finalement conservé : voir votre compte.",
    },
    "reauthentication-required": {
      title: "Veuillez confirmer votre identité",
      text: "Ce qui ne peut pas être annulé facilement demande de nouveau votre mot de passe.",
    },
    "database-unavailable": {
      title: "Un instant, s’il vous plaît",
      text: "La mémoire du serveur est hors d’atteinte, comme pendant un redémarrage. Rien n’a été demandé ; veuillez renvoyer.",
    },
    "files-unavailable": {
      title: "Les photos sont hors de portée",
      text: "L’endroit où sont gardées les photos ne répond pas. Les réponses ne sont pas touchées ; veuillez réessayer dans un instant.",
    },
    "storage-full": {
      title: "Plus de place pour les photos",
      text: "Le disque de ce serveur est plein. Son exploitant doit faire de la place.",
    },
    "store-unavailable": {
      title: "Cela n’a pas été possible pour l’instant",
      text: "La mémoire commune des serveurs est hors d’atteinte. Rien n’a été modifié.",
    },
    conflict: {
      title: "Cela ne convient plus",
      text: "Quelque chose a changé entre-temps. Veuillez recharger la page.",
    },
    "invalid-input": { title: "La question ne peut pas être posée ainsi", text: "" },
    "malformed-body": {
      title: "Les photos ne sont pas arrivées entières",
      text: "Veuillez les envoyer de nouveau.",
    },
    "body-too-large": {
      title: "C’est trop à la fois",
      text: "Les photos sont trop lourdes pour être envoyées ensemble. Envoyez-en moins.",
    },
    "photo-too-large": {
      title: "Une photo est trop grande",
      text: "Une photo peut avoir jusqu’à 15 Mo et 40 mégapixels. Une version plus petite donne la même réponse.",
    },
    "photo-unsupported": {
      title: "Une photo est illisible",
      text: "JPEG, PNG, WebP, AVIF et HEIC conviennent.",
    },
    "photo-empty": { title: "Une photo est vide", text: "Veuillez la choisir de nouveau." },
    "photo-damaged": {
      title: "Une photo est endommagée",
      text: "Elle ne peut pas être lue jusqu’au bout. Veuillez en choisir une autre.",
    },
    "photo-too-small": {
      title: "Une photo est trop petite",
      text: "Elle a trop peu de pixels pour qu’on y voie une plante.",
    },
    "photo-refused": { title: "Une photo est inutilisable", text: "Veuillez en choisir une autre." },
    "too-many-keys": { title: "Trop de clés d’API", text: "Retirez-en une qui ne sert plus." },
    "idempotency-key-reused": {
      title: "Une question est déjà en cours pour ces photos",
      text: "Consultez vos plantes, ou ajoutez les photos encore une fois.",
    },
  },
  unknownProblem: { title: "Cela n’a pas fonctionné", text: "Veuillez réessayer." },
};

export default fr;
