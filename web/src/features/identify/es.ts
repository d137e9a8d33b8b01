import type { IdentifyWords } from "./en";

const es: IdentifyWords = {
  title: "¿Qué planta es esta?",
  intro: "De una a cinco fotos de una misma planta. Una flor y una hoja dicen más que dos hojas.",
  choose: "Elegir fotos",
  take: "Hacer una foto",
  dropHere: "o arrastrarlas hasta aquí, o pegar una",
  photos: "Sus fotos",
  room: (count) => `Queda sitio para ${count} ${count === 1 ? "foto más" : "fotos más"}.`,
  shows: (number) => `La foto ${number} muestra`,
  removePhoto: (number) => `Quitar la foto ${number}`,
  noPreview: "sin vista previa en este navegador; el servidor puede leerla",
  preparing: "Reduciendo el tamaño…",
  sizeOf: (size) => `${size} por enviar`,
  notReadable: (file) => `«${file}» no es una foto legible. Sirven JPEG, PNG, WebP, AVIF y HEIC.`,
  isEmpty: (file) => `«${file}» está vacío. Hay que elegir de nuevo esa foto.`,
  isThere: (file) => `«${file}» ya está.`,
  tooMany: (file) => `Con cinco fotos basta: «${file}» no se ha añadido.`,
  addFirst: "Primero hay que añadir una foto.",
  options: "Opciones",
  checkHealth: "Comprobar también su salud",
  healthCost: "usa 1 crédito más de Plant.id",
  usePlace: "Usar mi ubicación aproximada",
  placeWhy:
    "Ayuda a descartar plantas que no crecen en la zona. Se redondea a 0,1° (unos 11 km) antes de enviarla; mejor no usarla con plantas de interior.",
  placeAsking: "Consultando al navegador…",
  placeUsed: (place) => `Se usa su ubicación: ${place}.`,
  placeDenied: "El navegador no indica la ubicación. No importa: también funciona sin ella.",
  forgetPlace: "No usarla",
  north: "norte",
  south: "sur",
  east: "este",
  west: "oeste",
  identify: "Identificar",
  looking: "Identificando…",
};

export default es;
