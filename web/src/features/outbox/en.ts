const en = {
  title: "Waiting to be sent",
  why: "These photos are kept on this device and are sent by themselves as soon as the server can be reached. You may close this page.",
  photos: (count: number) => `${count} ${count === 1 ? "photo" : "photos"}`,
  addedAt: (time: string) => `added ${time}`,
  isSending: "Is being sent …",
  waits: "Waits for a connection.",
  waitsForSignIn: "Is sent as soon as you are signed in.",
  waitsUntil: (time: string) => `Is tried again at ${time}.`,
  sendNow: "Send now",
  discard: "Discard",
  notStored: "This browser cannot keep photos for later. Please stay on this page until they are sent.",
};

export type OutboxWords = typeof en;
export default en;
