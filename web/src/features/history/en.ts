import type { Feedback } from "@/lib/api/types";

const en = {
  title: "My plants",
  intro: "All you asked about, newest first. Only you can see this list.",
  search: "Search by name",
  level: "How sure",
  anyLevel: "All answers",
  status: "State",
  anyStatus: "All states",
  levels: {
    sure: "Sure",
    likely: "Likely",
    maybe: "Maybe",
    group: "A group",
    unsure: "Not sure",
    not_a_plant: "No plant",
  },
  states: { complete: "Answered", running: "Still looking", failed: "No answer" },
  plants: "Plants",
  nothingYet: "No plants yet",
  nothingYetWhy: "Photos that you ask about are kept here with their answers.",
  askFirst: "Identify a plant",
  nothingFound: "Nothing found",
  nothingFoundWhy: "No plant of yours is like that. A shorter word or fewer filters may find it.",
  showAll: "Show all",
  showMore: "Show more",
  loadingMore: "One moment …",
  delete: "Delete",
  deleted: (count: number) => (count === 1 ? "Deleted." : `${String(count)} deleted.`),
  undo: "Undo",
  restored: "Nothing was deleted.",
  deleteFailed: (count: number) =>
    count === 1
      ? "A plant could not be deleted just now, so it is back. Please try again."
      : `${String(count)} plants could not be deleted just now, so they are back. Please try again.`,
  correct: "Correct",
  orItsName: "Or its name, if you know it",
  send: "Send",
  sending: "Sending …",
  notArrived: "That did not arrive. Please press again in a moment.",
  feedback: (feedback: Feedback | null | undefined): string => {
    if (!feedback) return "";
    if (feedback.was_right === "yes") return "You said: this was right.";
    if (feedback.was_right === "no") return "You said: this was not right.";
    return feedback.name ? `You said: it is ${feedback.name}.` : "You said: it is another plant.";
  },
  export: "Save as a table (CSV)",
  exportFound: "Save these as a table (CSV)",
  exportWhy: "For spreadsheets, without photos. Everything we keep about you is in",
  account: "your account",
  exporting: (count: string) => `${count} plants read …`,
  exported: (count: string) => `Saved: ${count} plants.`,
  exportFailed: "The table could not be made just now. Please try again.",
  columns: {
    date: "Asked at",
    name: "Name",
    commonName: "Common name",
    family: "Family",
    level: "How sure",
    said: "What I said",
    address: "Address",
  },
};

export type HistoryWords = typeof en;
export default en;
