const en = {
  title: "Status",
  health: {
    healthy: "All is well.",
    degraded: "It works, with less than it should.",
    unhealthy: "Plants cannot be identified right now.",
  },
  healthWhy: {
    healthy: "Photos are looked at and answered as usual.",
    degraded: "Answers may be incomplete, come later, or be earlier ones.",
    unhealthy: "Photos you add are kept on your device, and sent when it works again.",
  },
  lookedAt: (time: string) => `As of ${time}. Looked at again every 15 seconds.`,
  notRead: (time: string) => `The server could not be asked again. This is how it was at ${time}.`,
  providers: "Identification services",
  states: {
    answering: "answers questions",
    resting: "is given a rest after failures",
    paused: "is paused",
    out_of_quota: "has used up its allowance for now",
  },
  backIn: (time: string) => `It is asked again in ${time}.`,
  backWithNext: "It is tried with the next question.",
  backUnknown: "It is not known for how long.",
  today: "Today",
  todayWhy: "Since 00:00 UTC, of everybody together.",
  todayUnknown: "The numbers cannot be read just now.",
  identifications: "Plants answered",
  shareFromCache: "Answered from memory",
  callsAvoided: "Calls to services saved",

  toFix: "To fix",
  nothingToFix: "Nothing needs to be mended.",
  severities: { error: "Error", warning: "Warning", info: "Note" },
  mend: "How to mend it:",
  quota: "Quota",
  windows: { day: "today", month: "this month", total: "in all" },
  used: (used: string, limit: string, window: string) => `${used} of ${limit} used ${window}`,
  units: { plant_id: "credits", plantnet: "requests" },
  unlimited: "No limit is set.",
  resetsAt: (time: string) => `starts anew ${time}`,

  circuits: "Circuits",
  circuitsWhy:
    "They stand between this server and each service, and stop asking one that fails. An order holds everywhere.",
  circuitStates: {
    closed: "Closed: it is asked.",
    open: "Open: it is not asked.",
    half_open: "Half open: it is tried.",
  },
  overrides: {
    forced_open: "Held open by an operator until the order is taken back.",
    disabled: "Switched off by an operator: failures open nothing.",
    metrics_only: "Only counting, by order of an operator.",
  },
  nextTry: (time: string) => `Tried again in ${time}.`,
  failures: (count: number) => (count === 1 ? "1 failure in a row." : `${String(count)} failures in a row.`),
  lastCall: (state: string, time: string) => `Last call: ${state} (${time}).`,
  alone: "The shared store is away: this is what one process knows.",
  orders: { open: "Open", close: "Close", reset: "Reset" },
  ordersWhy: {
    open: "Open: no call goes out until Close.",
    close: "Close: takes that order back.",
    reset: "Reset: ends a rest or a pause, too.",
  },
  openSure: (provider: string) => `Stop asking ${provider}? No question goes there until somebody closes the circuit.`,
  openYes: "Yes, open it",
  ordered: (provider: string, state: string) => `Done. ${provider}: ${state}`,
};

export type StatusWords = typeof en;
export default en;
