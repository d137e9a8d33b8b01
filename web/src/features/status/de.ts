import type { StatusWords } from "./words";

const de: StatusWords = {
  title: "Status",
  health: {
    healthy: "Alles ist in Ordnung.",
    degraded: "Es geht, aber nicht alles.",
    unhealthy: "Zurzeit können keine Pflanzen bestimmt werden.",
  },
  healthWhy: {
    healthy: "Fotos werden wie gewohnt angesehen und beantwortet.",
    degraded: "Antworten können unvollständig sein, später kommen oder frühere sein.",
    unhealthy: "Fotos bleiben auf Ihrem Gerät und werden gesendet, sobald es wieder geht.",
  },
  lookedAt: (time) => `Stand ${time}. Wird alle 15 Sekunden neu nachgesehen.`,
  notRead: (time) => `Der Server war gerade nicht zu erreichen. So war es um ${time}.`,
  providers: "Bestimmungsdienste",
  states: {
    answering: "beantwortet Fragen",
    resting: "darf sich nach Fehlern ausruhen",
    paused: "macht eine Pause",
    out_of_quota: "hat das Kontingent vorerst aufgebraucht",
  },
  backIn: (time) => `Wieder gefragt wird in ${time}.`,
  backWithNext: "Mit der nächsten Frage wird es wieder versucht.",
  backUnknown: "Wie lange, ist nicht bekannt.",
  today: "Heute",
  todayWhy: "Seit 00:00 UTC, von allen zusammen.",
  todayUnknown: "Die Zahlen sind gerade nicht zu lesen.",
  identifications: "Beantwortete Pflanzen",
  shareFromCache: "Aus dem Gedächtnis beantwortet",
  callsAvoided: "Gesparte Anfragen an Dienste",

  toFix: "Zu beheben",
  nothingToFix: "Es ist nichts zu beheben.",
  severities: { error: "Fehler", warning: "Warnung", info: "Hinweis" },
  mend: "So lässt es sich beheben:",
  quota: "Kontingent",
  windows: { day: "heute", month: "in diesem Monat", total: "insgesamt" },
  used: (used, limit, window) => `${used} von ${limit} ${window} verbraucht`,
  units: { plant_id: "Credits", plantnet: "Anfragen" },
  unlimited: "Es ist keine Grenze gesetzt.",
  resetsAt: (time) => `beginnt neu: ${time}`,

  circuits: "Sicherungen",
  circuitsWhy:
    "Sie stehen zwischen diesem Server und jedem Dienst und fragen einen, der versagt, nicht weiter. Ein Befehl gilt überall.",
  circuitStates: {
    closed: "Geschlossen: Der Dienst wird gefragt.",
    open: "Offen: Der Dienst wird nicht gefragt.",
    half_open: "Halb offen: Der Dienst wird erprobt.",
  },
  overrides: {
    forced_open: "Von der Betriebsleitung offen gehalten, bis der Befehl zurückgenommen wird.",
    disabled: "Von der Betriebsleitung abgeschaltet: Fehler öffnen nichts.",
    metrics_only: "Zählt nur, auf Befehl der Betriebsleitung.",
  },
  nextTry: (time) => `Nächster Versuch in ${time}.`,
  failures: (count) => (count === 1 ? "1 Fehler." : `${String(count)} Fehler hintereinander.`),
  lastCall: (state, time) => `Letzte Anfrage: ${state} (${time}).`,
  alone: "Der gemeinsame Speicher ist nicht zu erreichen: So viel weiß ein einzelner Prozess.",
  orders: { open: "Öffnen", close: "Schließen", reset: "Zurücksetzen" },
  ordersWhy: {
    open: "Öffnen: Bis zum Schließen geht keine Anfrage hinaus.",
    close: "Schließen: nimmt diesen Befehl zurück.",
    reset: "Zurücksetzen: beendet auch Ruhe und Pause.",
  },
  openSure: (provider) => `${provider} nicht mehr fragen? Bis zum Schließen geht dort keine Frage mehr hin.`,
  openYes: "Ja, öffnen",
  ordered: (provider, state) => `Erledigt. ${provider}: ${state}`,
};

export default de;
