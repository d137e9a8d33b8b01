/** The first page: photos in, question out, answer shown. Each part is in its own module; here they meet. */

import { isOffline } from "./connection.js";
import { addressOf, readAbout, readIdentification, readPhotos } from "./api.js";
import { get } from "./elements.js";
import { hashOf, idIn, refreshHistory } from "./history_view.js";
import { follow, identify } from "./identify.js";
import { chosenPlace, healthBox, setUpPlace } from "./options_view.js";
import { Photos } from "./photos.js";
import { acceptPhotos, previewOf, showPhotos } from "./photos_view.js";
import { problemView } from "./problem_view.js";
import { Progress } from "./progress_view.js";
import { questionForm } from "./question.js";
import { resultView } from "./result_view.js";
import { languageOf, photoPointedTo, problemWords, stateOf } from "./words.js";

/**
 * @typedef {import("./types.js").Identification} Identification
 * @typedef {import("./types.js").Problem} Problem
 */

const RETRY_HELPS = new Set(["offline", "unreachable", "interrupted", "internal-error"]);

const photos = new Photos(() => showPhotos(photos));
const about = readAbout();
let view = 0; // counts what the page shows; news for an earlier view is dropped
let shownId = ""; // of the identification on the page
let ownerOfPhotos = ""; // id of the identification that the photos in the form were sent for

/** Tell what happened to those who cannot see it. @param {string} sentence */
const announce = (sentence) => (get("status").textContent = sentence);

/** Say it beside the photos. @param {string} sentence */
const say = (sentence) => (get("said").textContent = sentence);

/** @param {Node} content */
function show(content) {
  get("result").replaceChildren(content);
  get("result").hidden = false;
}

/** @param {boolean} busy */
function setBusy(busy) {
  const button = /** @type {HTMLButtonElement} */ (get("identify"));
  button.disabled = busy;
  button.textContent = busy ? "Looking …" : "Identify";
}

/** Send the photos of the form, and show what comes. */
async function ask() {
  if (photos.all.length === 0) {
    say("Add a photo first.");
    get("pick").focus();
    return;
  }
  say("");
  photos.forgetErrors();
  const mine = ++view;
  if (isOffline(navigator, location)) {
    showProblem({ code: "offline" });
    return;
  }
  setBusy(true);
  announce("Looking at your plant.");
  const progress = await startProgress();
  get("result").scrollIntoView({ block: "start" });
  await watch(mine, progress, identify(await questionForm(photos.all, languageOf(navigator.languages), healthBox().checked, chosenPlace())));
}

async function startProgress() {
  const [{ providers }, urls] = await Promise.all([about, Promise.all(photos.all.map((photo) => previewOf(photo.file)))]);
  const own = urls.flatMap((url, index) => (url ? [{ url, alt: `Your photo ${index + 1}` }] : []));
  const progress = new Progress(providers, own);
  show(progress.element);
  return progress;
}

/**
 * Show the news of one identification to its end, unless the page has moved on.
 * @param {number} mine
 * @param {Progress} progress
 * @param {AsyncIterable<import("./identify.js").News>} allNews
 */
async function watch(mine, progress, allNews) {
  for await (const news of allNews) {
    if (mine !== view) return;
    switch (news.type) {
      case "accepted":
        ownerOfPhotos = news.id ?? "";
        break;
      case "provider":
        progress.tell(news.event);
        announce(`${stateOf(news.event.report)}. ${news.event.sentence ?? ""}`);
        break;
      case "reconnecting":
        progress.note("The connection was lost. The server goes on; we fetch the answer as soon as we can.");
        break;
      case "so_far":
        if (news.body.verdict) progress.show(news.body.verdict, news.body.sentence, news.body.suggestions);
        break;
      case "result":
        finish(news.body);
        break;
      case "problem":
        showProblem(news.problem);
    }
  }
}

/** @param {Identification} body */
function finish(body) {
  setBusy(false);
  shownId = body.id;
  if (idIn(location.hash) !== body.id) history.pushState(null, "", hashOf(body.id));
  show(resultView(body, { addPhoto: (organ) => pickAnother(body.id, organ), checkHealth: () => checkHealth(body.id), startAnew, deleted }));
  announce(body.sentence);
  refreshHistory();
}

/**
 * @param {Problem} problem
 * @param {() => void} [retry]
 */
function showProblem(problem, retry = ask) {
  setBusy(false);
  const helps = problem.retryable || RETRY_HELPS.has(problem.code) || problem.code === "no-provider-available";
  show(problemView(problem, helps ? retry : null));
  announce(problemWords(problem).title);
  for (const error of problem.errors ?? []) {
    const position = photoPointedTo(error.pointer);
    if (position !== null) photos.mark(position, error.detail);
  }
  refreshHistory();
}

/**
 * Make sure that the form holds the photos of this identification, to ask again with them.
 * @param {string} id
 */
async function takeBack(id) {
  if (ownerOfPhotos === id && photos.all.length) return;
  photos.replace(await readPhotos(await readIdentification(id)));
  ownerOfPhotos = id;
}

/**
 * Let the asker pick one more photo, then ask again with all.
 * @param {string} id
 * @param {string} organ
 */
function pickAnother(id, organ) {
  const input = /** @type {HTMLInputElement} */ (get("another"));
  input.onchange = () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length) askAgain(id, () => photos.add(files, organ));
  };
  input.click();
}

/** @param {string} id */
function checkHealth(id) {
  return askAgain(id, () => {
    healthBox().checked = true;
    return [];
  });
}

/**
 * Ask with the photos of an earlier identification, changed or not.
 * @param {string} id
 * @param {() => string[]} change gives the sentences of what could not be done
 */
async function askAgain(id, change) {
  try {
    await takeBack(id);
  } catch {
    say("The earlier photos cannot be fetched just now. Please try again.");
    get("said").scrollIntoView({ block: "center" });
    return;
  }
  const refused = change();
  if (refused.length) {
    say(refused.join(" "));
    get("said").scrollIntoView({ block: "center" });
  } else await ask();
}

function startAnew() {
  leave();
  history.pushState(null, "", location.pathname);
  photos.replace();
  healthBox().checked = false;
  say("");
  window.scrollTo({ top: 0 });
  get("pick").focus({ preventScroll: true });
}

function deleted() {
  startAnew();
  say("Deleted.");
  refreshHistory();
}

/** Take the answer off the page. */
function leave() {
  view += 1;
  shownId = "";
  ownerOfPhotos = "";
  setBusy(false);
  get("result").hidden = true;
  get("result").replaceChildren();
}

/**
 * Show a stored identification.
 * @param {string} id
 */
async function open(id) {
  if (ownerOfPhotos) photos.replace(); // photos that were not asked about yet stay
  leave();
  const mine = view;
  shownId = id;
  const progress = new Progress([], []);
  progress.note("One moment …");
  show(progress.element);
  for await (const news of follow(addressOf(id))) {
    if (mine !== view) return;
    if (news.type === "result") finish(news.body);
    else if (news.type === "problem") showStoredProblem(id, news.problem);
  }
  const title = get("result").querySelector("h2");
  title?.scrollIntoView({ block: "center" });
  title?.focus({ preventScroll: true });
}

/**
 * A failed one can be asked again with its stored photos; one that is gone cannot.
 * @param {string} id
 * @param {Problem} problem
 */
function showStoredProblem(id, problem) {
  showProblem(problem, () => askAgain(id, () => []));
}

function followHash() {
  const id = idIn(location.hash);
  if (id && id !== shownId) open(id);
  else if (!id && shownId) leave();
}

function showConnection() {
  get("offline").hidden = !isOffline(navigator, location);
}

acceptPhotos((files) => say(photos.add(files).join(" ")));
setUpPlace();
get("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
for (const name of ["online", "offline"]) window.addEventListener(name, showConnection);
window.addEventListener("hashchange", followHash);
showConnection();
followHash();
refreshHistory();
get("ask").dataset.ready = "true"; // the page listens
