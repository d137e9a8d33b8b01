/** Words that several features use. */

import type { ProviderName } from "@/lib/api/types";

export const PROVIDERS: Record<ProviderName, string> = { plant_id: "Plant.id", plantnet: "Pl@ntNet" };

const en = {
  label: (name: string) => `${name}:`,
  loading: "One moment …",
  sending: (share: string) => `Sending: ${share}`,
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  remove: "Remove",
  tryAgain: "Try again",
  tryAgainIn: (time: string) => `Try again in ${time}`,
  requestId: "Request id",
  stillLooking: "Still looking",
  noAnswer: "No answer",
  noPlant: "No plant",
  notSure: "Not sure",
  opensElsewhere: "opens another site",
  pictureMissing: (what: string) => `${what} (the picture did not load)`,
  photoBy: "Photo:",
  authorUnknown: "author not named",
  licence: "licence",
  licenceUnknown: "licence not named",
  yourPhoto: (number: number) => `Your photo ${number}`,
  waitFor: (time: string) => `Worth another try in ${time}.`,
  source: "Source:",
  poison: {
    subjects: { human: "People", cat: "Cats", dog: "Dogs" },
    findings: { reported_toxic: "Reported toxic.", reported_non_toxic: "Reported non-toxic." },
    noData: "No data. That does not mean it is harmless.",
  },
  reasons: "What the services said",
  organs: {
    auto: "Not sure",
    leaf: "Leaf",
    flower: "Flower",
    fruit: "Fruit",
    bark: "Bark",
    habit: "Whole plant",
    other: "Other",
  } as Record<string, string>,
  states: {
    ok: "answered",
    unavailable: "is out of reach or too slow right now",
    reply_invalid: "sent a reply nobody can read",
    exhausted: "has used up its allowance for now",
    quota: "has used up its allowance for now",
    paused: "asked us to pause",
    busy: "has as many questions as it takes at once",
    circuit_open: "failed several times and is given a rest",
    key_refused: "does not accept this server’s key",
    rejected: "did not take the request",
    late: "did not answer in time",
  } as Record<string, string>,
  noAnswerState: "gave no answer",
  problems: {
    unauthorized: {
      title: "Please sign in",
      text: "Each answer may cost the operator of this server money, so it needs an account.",
    },
    offline: { title: "You are offline", text: "Nothing is lost. It goes on as soon as you are connected." },
    unreachable: {
      title: "We cannot reach the server",
      text: "The connection was lost. Nothing is lost: what you sent is kept, and asked for again.",
    },
    "no-provider-available": {
      title: "No answer right now",
      text: "None of the identification services can answer at the moment. That is not about your photos: they are kept, and you can ask again.",
    },
    interrupted: {
      title: "The answer was interrupted",
      text: "The server was restarted while it was looking. Please ask again.",
    },
    "too-many-requests": {
      title: "A short break",
      text: "That was a lot of questions in a short time, or today’s budget is used up.",
    },
    "internal-error": {
      title: "Something went wrong on our side",
      text: "It is not about your photos. The operator can find it by the request id.",
    },
    "not-found": { title: "This is no longer here", text: "It was deleted, or it belongs to somebody else." },
    gone: { title: "This is no longer here", text: "It was here and has ended." },
    forbidden: {
      title: "This account may not do that",
      text: "Ask the operator of this server if you think it should.",
    },
    "csrf-failed": { title: "Please load the page again", text: "It was open for too long. Nothing is lost." },
    "deletion-scheduled": {
      title: "This account is about to be deleted",
      text: "Until then it can only be read, exported, or kept after all: see your account.",
    },
    "reauthentication-required": {
      title: "Please confirm that it is you",
      text: "What cannot be undone easily needs your password again.",
    },
    "database-unavailable": {
      title: "Just a moment, please",
      text: "The server's memory is out of reach, as while it is restarted. Nothing was asked; please send it again.",
    },
    "files-unavailable": {
      title: "Photos are out of reach",
      text: "The place where photos are kept does not answer. Answers are not touched by this; please try again in a moment.",
    },
    "storage-full": {
      title: "No room for photos",
      text: "The disk of this server is full. Its operator has to make room.",
    },
    "store-unavailable": {
      title: "That could not be done just now",
      text: "The shared memory of the servers is out of reach. Nothing was changed.",
    },
    conflict: {
      title: "That does not fit any more",
      text: "Something has changed meanwhile. Please load the page again.",
    },
    "invalid-input": { title: "This cannot be asked like that", text: "" },
    "malformed-body": { title: "The photos did not arrive whole", text: "Please send them again." },
    "body-too-large": {
      title: "Too much at once",
      text: "The photos are too large to be sent together. Send fewer of them.",
    },
    "photo-too-large": {
      title: "A photo is too large",
      text: "One photo may have 15 MB and 40 megapixels. A smaller version gives the same answer.",
    },
    "photo-unsupported": { title: "A photo cannot be read", text: "JPEG, PNG, WebP, AVIF and HEIC are fine." },
    "photo-empty": { title: "A photo is empty", text: "Please choose it again." },
    "photo-damaged": { title: "A photo is damaged", text: "It cannot be read to its end. Please choose another one." },
    "photo-too-small": { title: "A photo is too small", text: "There are too few pixels to see a plant." },
    "photo-refused": { title: "A photo cannot be used", text: "Please choose another one." },
    "too-many-keys": { title: "Too many API keys", text: "Remove one that is not used any more." },
    "idempotency-key-reused": {
      title: "These photos are being asked about already",
      text: "Please look at your plants, or add the photos once more.",
    },
  } as Record<string, { title: string; text: string }>,
  unknownProblem: { title: "That did not work", text: "Please try again." },
};

export type CommonWords = typeof en;
export default en;
