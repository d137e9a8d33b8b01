import type { StatusWords } from "./words";

const es: StatusWords = {
  title: "Estado",
  health: {
    healthy: "Todo está bien.",
    degraded: "Funciona, pero no del todo.",
    unhealthy: "Ahora no se pueden identificar plantas.",
  },
  healthWhy: {
    healthy: "Las fotos se miran y se responden como siempre.",
    degraded: "Las respuestas pueden ser incompletas, tardar más o ser anteriores.",
    unhealthy: "Sus fotos se guardan en su dispositivo y se envían cuando vuelva a funcionar.",
  },
  lookedAt: (time) => `A las ${time}. Se vuelve a mirar cada 15 segundos.`,
  notRead: (time) => `No se pudo volver a preguntar al servidor. Así estaba a las ${time}.`,
  providers: "Servicios de identificación",
  states: {
    answering: "responde preguntas",
    resting: "descansa tras varios fallos",
    paused: "está en pausa",
    out_of_quota: "ha agotado su cuota por ahora",
  },
  backIn: (time) => `Se le vuelve a preguntar en ${time}.`,
  backWithNext: "Se prueba con la próxima pregunta.",
  backUnknown: "No se sabe por cuánto tiempo.",
  today: "Hoy",
  todayWhy: "Desde las 00:00 UTC, de todos juntos.",
  todayUnknown: "Las cifras no se pueden leer en este momento.",
  identifications: "Plantas respondidas",
  shareFromCache: "Respondidas de memoria",
  callsAvoided: "Consultas a servicios ahorradas",

  toFix: "Por arreglar",
  nothingToFix: "No hay nada que arreglar.",
  severities: { error: "Error", warning: "Advertencia", info: "Nota" },
  mend: "Cómo arreglarlo:",
  quota: "Cuota",
  windows: { day: "hoy", month: "este mes", total: "en total" },
  used: (used, limit, window) => `${used} de ${limit} usados ${window}`,
  units: { plant_id: "créditos", plantnet: "solicitudes" },
  unlimited: "No hay ningún límite fijado.",
  resetsAt: (time) => `empieza de nuevo: ${time}`,

  circuits: "Disyuntores",
  circuitsWhy:
    "Están entre este servidor y cada servicio, y dejan de preguntar al que falla. Una orden vale en todas partes.",
  circuitStates: {
    closed: "Cerrado: se le pregunta.",
    open: "Abierto: no se le pregunta.",
    half_open: "Entreabierto: se está probando.",
  },
  overrides: {
    forced_open: "El operador lo mantiene abierto hasta que se retire la orden.",
    disabled: "Desactivado por el operador: los fallos no abren nada.",
    metrics_only: "Solo cuenta, por orden del operador.",
  },
  nextTry: (time) => `Próximo intento en ${time}.`,
  failures: (count) => (count === 1 ? "1 fallo." : `${String(count)} fallos seguidos.`),
  lastCall: (state, time) => `Última consulta: ${state} (${time}).`,
  alone: "El almacén común no responde: esto es lo que sabe un solo proceso.",
  orders: { open: "Abrir", close: "Cerrar", reset: "Restablecer" },
  ordersWhy: {
    open: "Abrir: no sale ninguna consulta hasta Cerrar.",
    close: "Cerrar: retira esa orden.",
    reset: "Restablecer: también termina un descanso o una pausa.",
  },
  openSure: (provider) =>
    `¿Dejar de preguntar a ${provider}? No irá ninguna pregunta hasta que alguien cierre el disyuntor.`,
  openYes: "Sí, abrir",
  ordered: (provider, state) => `Hecho. ${provider}: ${state}`,
};

export default es;
