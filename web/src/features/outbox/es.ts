import type { OutboxWords } from "./en";

const es: OutboxWords = {
  title: "Pendiente de envío",
  why: "Estas fotos se guardan en este dispositivo y se envían solas en cuanto se pueda acceder al servidor. Esta página se puede cerrar.",
  photos: (count) => `${count} ${count === 1 ? "foto" : "fotos"}`,
  addedAt: (time) => `en espera desde el ${time}`,
  isSending: "Enviando…",
  waits: "A la espera de conexión.",
  waitsForSignIn: "Se enviará al iniciar sesión.",
  waitsUntil: (time) => `Nuevo intento el ${time}.`,
  sendNow: "Enviar ahora",
  discard: "Descartar",
  notStored:
    "Este navegador no puede guardar fotos para más tarde. Conviene permanecer en esta página hasta que se envíen.",
};

export default es;
