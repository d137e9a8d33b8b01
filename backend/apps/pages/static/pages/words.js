/** What the page says, in one place. */

/** @type {Record<string, string>} */
export const PROVIDERS = { plant_id: "Plant.id", plantnet: "Pl@ntNet" };

/** @type {Record<string, string>} */
export const ORGANS = {
  auto: "Not sure",
  leaf: "Leaf",
  flower: "Flower",
  fruit: "Fruit",
  bark: "Bark",
  habit: "Whole plant",
  other: "Other",
};

/** @type {Record<string, string>} */
const A_PHOTO_OF = {
  leaf: "a leaf",
  flower: "a flower",
  fruit: "a fruit",
  bark: "the bark",
  habit: "the whole plant",
};

/** @type {Record<string, string>} */
const WHY_ANOTHER = {
  "providers-disagree": "The two services name different plants.",
  "not-recognised": "It is a plant, but neither service recognises it from this photo.",
  "scores-close": "Another species comes close.",
  "one-organ-only": "So far only one part of the plant is shown.",
  "scores-low": "The scores are low so far.",
};

/** @type {Record<string, string>} */
const AGREEMENTS = {
  both: "both agree",
  genus: "they agree on the genus only",
  disagree: "they do not agree",
  single: "one voice only",
};

/** @type {Record<string, string>} */
const STATES = {
  ok: "answered",
  unavailable: "is out of reach or too slow right now",
  reply_invalid: "sent a reply nobody can read",
  exhausted: "has used up its allowance for now",
  key_refused: "does not accept this server's key",
  rejected: "did not take the request",
  late: "did not answer in time",
};

/** @type {Record<string, [string, string]>} */
const PROBLEMS = {
  unauthorized: [
    "Please sign in",
    "Each answer may cost the operator of this server money, so it needs an account. Add the photos again after signing in.",
  ],
  offline: [
    "You are offline",
    "The photos stay on this page. Ask again as soon as you are connected.",
  ],
  unreachable: [
    "We cannot reach the server",
    "The connection was lost. If your photos had arrived, the answer will be under “Your recent plants”; else they are still here.",
  ],
  "no-provider-available": [
    "No answer right now",
    "None of the identification services can answer at the moment. That is not about your photos: they are kept, and you can ask again.",
  ],
  interrupted: ["The answer was interrupted", "The server was restarted while it was looking. Please ask again."],
  "too-many-requests": ["A short break", "That was a lot of questions in a short time. Please wait a little."],
  "internal-error": [
    "Something went wrong on our side",
    "It is not about your photos. The operator can find it by the request id below.",
  ],
  "not-found": ["This is no longer here", "It was deleted, or it belongs to somebody else."],
  "invalid-input": ["This cannot be asked like that", ""],
  "body-too-large": ["Too much at once", "The photos are too large to be sent together."],
};

/**
 * A share as a person says it. Never 100 %: no service is that sure.
 * @param {number} share 0..1
 */
export function percent(share) {
  if (share < 0.01) return "< 1 %";
  return `${Math.min(99, Math.round(share * 100))} %`;
}

/** @param {number} seconds */
export function inSeconds(seconds) {
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/**
 * How long until something, rounded up.
 * @param {number} seconds
 */
export function until(seconds) {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  if (seconds < 7200) return `${Math.ceil(seconds / 60)} min`;
  return `${Math.ceil(seconds / 3600)} hours`;
}

/**
 * What was spent at a provider, in its own currency.
 * @param {string} provider
 * @param {number} amount
 */
export function costOf(provider, amount) {
  const unit = provider === "plant_id" ? "credit" : "request";
  return `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

/**
 * The scores of a candidate, each with its service: never one number made of two.
 * @param {import("./types.js").Suggestion} suggestion
 * @returns {string[]}
 */
export function scoresOf(suggestion) {
  return Object.keys(PROVIDERS).flatMap((provider) => {
    const score = suggestion.scores[/** @type {import("./types.js").ProviderName} */ (provider)];
    return score === undefined ? [] : [`${PROVIDERS[provider]} ${percent(score)}`];
  });
}

/** @param {string} agreement */
export function agreementWords(agreement) {
  return AGREEMENTS[agreement] ?? "";
}

/** @param {import("./types.js").ProviderReport} report */
export function stateOf(report) {
  return `${PROVIDERS[report.provider]} ${STATES[report.state] ?? "gave no answer"}`;
}

/**
 * Why another photo would help, and of what.
 * @param {import("./types.js").NextPhoto} next
 */
export function nextPhotoWords(next) {
  const what = A_PHOTO_OF[next.organ] ?? "another part";
  return { why: WHY_ANOTHER[next.reason] ?? "", what: `A photo of ${what} would help most.`, button: `Add a photo of ${what}` };
}

/**
 * A problem in calm words. What is about the user's own input is said by the server, which knows it best.
 * @param {import("./types.js").Problem} problem
 * @returns {{title: string, text: string, hint: string, reasons: string[]}}
 */
export function problemWords(problem) {
  const isPhoto = problem.code.startsWith("photo-");
  const [title, own] = PROBLEMS[problem.code] ?? [isPhoto ? "A photo cannot be used" : "That did not work", ""];
  return {
    title,
    text: own || problem.detail || "Please try again.",
    hint: problem.code === "unauthorized" ? "" : (problem.hint ?? ""), // that one is for programs
    reasons: (problem.providers ?? []).filter((report) => report.state !== "ok").map((report) => `${stateOf(report)}.`),
  };
}

/**
 * The position of the photo that a problem's error points to, null for one about something else.
 * @param {string} pointer such as "#/images/2"
 */
export function photoPointedTo(pointer) {
  const found = /^#?\/images?\/(\d+)$/.exec(pointer);
  return found ? Number(found[1]) : null;
}

/**
 * The first of the browser's languages that common names exist in.
 * @param {readonly string[]} languages
 */
export function languageOf(languages) {
  const known = ["en", "de", "fr", "es"];
  return languages.map((language) => language.slice(0, 2).toLowerCase()).find((each) => known.includes(each)) ?? "en";
}
