import type { IdentifyWords } from "./en";

const fr: IdentifyWords = {
  title: "Quelle est cette plante ?",
  intro: "Ajoutez une à cinq photos d’une même plante. Une fleur et une feuille en disent plus que deux feuilles.",
  choose: "Choisir des photos",
  take: "Prendre une photo",
  dropHere: "ou déposez-les ici, ou collez-en une",
  photos: "Vos photos",
  room: (count) => `Il reste de la place pour ${count} ${count === 1 ? "photo" : "photos"}.`,
  shows: (number) => `La photo ${number} montre`,
  removePhoto: (number) => `Retirer la photo ${number}`,
  noPreview: "pas d’aperçu dans ce navigateur ; le serveur sait lire cette photo",
  preparing: "Réduction en cours…",
  sizeOf: (size) => `${size} à envoyer`,
  notReadable: (file) => `« ${file} » n’est pas une photo lisible. JPEG, PNG, WebP, AVIF et HEIC conviennent.`,
  isEmpty: (file) => `« ${file} » est vide. Veuillez choisir de nouveau cette photo.`,
  isThere: (file) => `« ${file} » est déjà là.`,
  tooMany: (file) => `Cinq photos suffisent : « ${file} » n’a pas été retenu.`,
  addFirst: "Ajoutez d’abord une photo.",
  options: "Options",
  checkHealth: "Vérifier aussi sa santé",
  healthCost: "utilise 1 crédit Plant.id de plus",
  usePlace: "Indiquer ma position approximative",
  placeWhy:
    "Aide à écarter les plantes qui ne poussent pas près de chez vous. Arrondie à 0,1° (environ 11 km) avant l’envoi ; à éviter pour les plantes d’intérieur.",
  placeAsking: "Le navigateur est interrogé…",
  placeUsed: (place) => `Votre position est utilisée : ${place}.`,
  placeDenied: "Le navigateur n’indique pas votre position. Ce n’est pas grave : cela fonctionne sans.",
  forgetPlace: "Ne pas l’utiliser",
  north: "nord",
  south: "sud",
  east: "est",
  west: "ouest",
  identify: "Identifier",
  looking: "Identification en cours…",
};

export default fr;
