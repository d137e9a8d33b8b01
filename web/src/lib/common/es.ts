import type { CommonWords } from "./en";

const es: CommonWords = {
  label: (name) => `${name}:`,
  loading: "Un momento…",
  sending: (share) => `Enviando: ${share}`,
  cancel: "Cancelar",
  close: "Cerrar",
  save: "Guardar",
  remove: "Quitar",
  tryAgain: "Intentar de nuevo",
  tryAgainIn: (time) => `Intentar de nuevo en ${time}`,
  requestId: "Identificador de la solicitud",
  stillLooking: "Identificación en curso",
  noAnswer: "Sin respuesta",
  noPlant: "Ninguna planta",
  notSure: "Sin certeza",
  opensElsewhere: "abre otro sitio",
  pictureMissing: (what) => `${what} (la imagen no se ha cargado)`,
  photoBy: "Foto:",
  authorUnknown: "autor no indicado",
  licence: "licencia",
  licenceUnknown: "licencia no indicada",
  yourPhoto: (number) => `Su foto ${number}`,
  waitFor: (time) => `Vale la pena intentarlo de nuevo dentro de ${time}.`,
  source: "Fuente:",
  poison: {
    subjects: { human: "Personas", cat: "Gatos", dog: "Perros" },
    findings: { reported_toxic: "Se informa que es tóxica.", reported_non_toxic: "Se informa que no es tóxica." },
    noData: "Sin datos. Eso no significa que sea inofensiva.",
  },
  reasons: "Lo que han respondido los servicios",
  organs: {
    auto: "No lo sé",
    leaf: "Hoja",
    flower: "Flor",
    fruit: "Fruto",
    bark: "Corteza",
    habit: "Planta entera",
    other: "Otra parte",
  },
  states: {
    ok: "ha respondido",
    unavailable: "no está disponible o va demasiado lento en este momento",
    reply_invalid: "ha enviado una respuesta ilegible",
    exhausted: "ha agotado su cupo por ahora",
    quota: "ha agotado su cupo por ahora",
    paused: "ha pedido una pausa",
    busy: "ya atiende tantas consultas como admite a la vez",
    circuit_open: "ha fallado varias veces y no se le consulta durante un rato",
    key_refused: "no acepta la clave de este servidor",
    rejected: "no ha aceptado la solicitud",
    late: "no ha respondido a tiempo",
  },
  noAnswerState: "no ha dado ninguna respuesta",
  problems: {
    unauthorized: {
      title: "Es necesario iniciar sesión",
      text: "Cada respuesta puede costarle dinero a quien administra este servidor; por eso hace falta una cuenta.",
    },
    offline: {
      title: "No hay conexión",
      text: "No se pierde nada. Todo continuará en cuanto vuelva la conexión.",
    },
    unreachable: {
      title: "No se puede acceder al servidor",
      text: "Se ha perdido la conexión. No se pierde nada: lo enviado se conserva y se volverá a consultar.",
    },
    "no-provider-available": {
      title: "Sin respuesta por ahora",
      text: "Ninguno de los servicios de identificación puede responder en este momento. No es por las fotos: se conservan, y se puede volver a preguntar.",
    },
    interrupted: {
      title: "La respuesta se ha interrumpido",
      text: "El servidor se reinició durante la identificación. Hay que volver a preguntar.",
    },
    "too-many-requests": {
      title: "Una breve pausa",
      text: "Han sido muchas preguntas en poco tiempo, o se ha agotado el presupuesto de hoy.",
    },
    "internal-error": {
      title: "Algo ha fallado por nuestra parte",
      text: "No es por las fotos. Quien administra el servidor puede encontrar el fallo con el identificador de la solicitud.",
    },
    "not-found": { title: "Esto ya no está aquí", text: "Se ha borrado o pertenece a otra persona." },
    gone: { title: "Esto ya no está aquí", text: "Estuvo aquí y ha terminado." },
    forbidden: {
      title: "Esta cuenta no tiene permiso",
      text: "Si debería tenerlo, conviene hablar con quien administra este servidor.",
    },
    "csrf-failed": {
      title: "Hay que volver a cargar la página",
      text: "Ha estado abierta demasiado tiempo. No se pierde nada.",
    },
    "deletion-scheduled": {
      title: "Esta cuenta se borrará pronto",
      text: "Hasta entonces solo se puede consultar, exportar o decidir conservarla: véase la cuenta.",
    },
    "reauthentication-required": {
      title: "Hay que confirmar la identidad",
      text: "Lo que no se puede deshacer fácilmente requiere de nuevo la contraseña.",
    },
    "database-unavailable": {
      title: "Un momento, por favor",
      text: "La memoria del servidor no está al alcance, como durante un reinicio. No se preguntó nada; envíelo de nuevo.",
    },
    "files-unavailable": {
      title: "Las fotos no están al alcance",
      text: "El lugar donde se guardan las fotos no responde. Las respuestas no se ven afectadas; se puede intentar de nuevo en un momento.",
    },
    "storage-full": {
      title: "No hay sitio para fotos",
      text: "El disco de este servidor está lleno. Quien lo administra debe hacer sitio.",
    },
    "store-unavailable": {
      title: "Ahora mismo no ha sido posible",
      text: "La memoria común de los servidores está fuera de alcance. No se ha cambiado nada.",
    },
    conflict: {
      title: "Esto ya no encaja",
      text: "Algo ha cambiado entretanto. Hay que volver a cargar la página.",
    },
    "invalid-input": { title: "Así no se puede preguntar", text: "" },
    "malformed-body": {
      title: "Las fotos no han llegado enteras",
      text: "Hay que enviarlas de nuevo.",
    },
    "body-too-large": {
      title: "Demasiado de una vez",
      text: "Las fotos pesan demasiado para enviarlas juntas. Hay que enviar menos.",
    },
    "photo-too-large": {
      title: "Una foto es demasiado grande",
      text: "Una foto puede tener 15 MB y 40 megapíxeles. Una versión más pequeña da la misma respuesta.",
    },
    "photo-unsupported": {
      title: "Una foto no se puede leer",
      text: "Sirven JPEG, PNG, WebP, AVIF y HEIC.",
    },
    "photo-empty": { title: "Una foto está vacía", text: "Hay que elegirla de nuevo." },
    "photo-damaged": {
      title: "Una foto está dañada",
      text: "No se puede leer hasta el final. Hay que elegir otra.",
    },
    "photo-too-small": {
      title: "Una foto es demasiado pequeña",
      text: "Tiene muy pocos píxeles para ver una planta.",
    },
    "photo-refused": { title: "Una foto no se puede usar", text: "Hay que elegir otra." },
    "too-many-keys": { title: "Demasiadas claves de API", text: "Hay que quitar alguna que ya no se use." },
    "idempotency-key-reused": {
      title: "Ya se está preguntando por estas fotos",
      text: "La respuesta estará entre sus plantas; si no, añada las fotos otra vez.",
    },
  },
  unknownProblem: { title: "No ha funcionado", text: "Se puede intentar de nuevo." },
};

export default es;
