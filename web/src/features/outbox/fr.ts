import type { OutboxWords } from "./en";

const fr: OutboxWords = {
  title: "En attente d’envoi",
  why: "Ces photos sont conservées sur cet appareil et partiront d’elles-mêmes dès que le serveur sera joignable. Vous pouvez fermer cette page.",
  photos: (count) => `${count} ${count === 1 ? "photo" : "photos"}`,
  addedAt: (time) => `en attente depuis le ${time}`,
  isSending: "Envoi en cours…",
  waits: "En attente d’une connexion.",
  waitsForSignIn: "Partira dès que vous serez connecté.",
  waitsUntil: (time) => `Nouvel essai le ${time}.`,
  sendNow: "Envoyer maintenant",
  discard: "Abandonner",
  notStored:
    "Ce navigateur ne peut pas conserver de photos pour plus tard. Veuillez rester sur cette page jusqu’à la fin de l’envoi.",
};

export default fr;
