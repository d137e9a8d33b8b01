/** Answers of every kind, as the API gives them, for tests. */

import type { Identification, ProviderReport, Suggestion, Verdict } from "@/lib/api/types";

export function suggestion(name: string, more: Partial<Suggestion> = {}): Suggestion {
  return {
    name,
    rank: "species",
    scores: { plant_id: 0.91, plantnet: 0.84 },
    authorship: "L.",
    genus: name.split(" ")[0] ?? null,
    family: "Rosaceae",
    common_names: ["Dog rose", "Briar"],
    also_called: ["Rosa corymbifera"],
    ids: { gbif_backbone: 3004487, powo: "732051-1", inaturalist: null, iucn_category: null },
    images: [
      {
        url: "https://pictures.example/rosa.jpg",
        thumb_url: "https://pictures.example/rosa-small.jpg",
        organ: "flower",
        similarity: 0.7,
        attribution: {
          author: "A. Botanist",
          license_name: "CC BY 4.0",
          license_url: "https://creativecommons.org/licenses/by/4.0/",
          source_url: "https://pictures.example/rosa",
        },
      },
    ],
    description: null,
    wikipedia_url: "https://en.wikipedia.org/wiki/Rosa_canina",
    ...more,
  };
}

export function report(more: Partial<ProviderReport> = {}): ProviderReport {
  return {
    provider: "plant_id",
    state: "ok",
    seconds: 2.3,
    credits: 1,
    maybe_charged: false,
    is_plant: true,
    model_version: "5.1",
    retry_after: null,
    reconciled: false,
    simulated: false,
    source: "fresh",
    age: 0,
    ttl: 86_400,
    stale_because: "",
    ...more,
  };
}

export function verdict(more: Partial<Verdict> = {}): Verdict {
  return {
    level: "sure",
    agreement: "both",
    name: "Rosa canina",
    rank: "species",
    reason: "",
    next_photo: null,
    ...more,
  };
}

export function identification(more: Partial<Identification> = {}): Identification {
  return {
    id: "8a1f2b3c-0000-4000-8000-000000000001",
    status: "complete",
    url: "/api/v1/plant-identification/identifications/8a1f2b3c-0000-4000-8000-000000000001/",
    created_at: "2026-05-04T10:00:00Z",
    completed_at: "2026-05-04T10:00:03Z",
    sentence: "This is Rosa canina.",
    verdict: verdict(),
    suggestions: [suggestion("Rosa canina"), suggestion("Rosa rubiginosa", { scores: { plant_id: 0.05 } })],
    health: null,
    health_asked: false,
    safety: { status: "no-data", warning: "Never eat a plant because an app named it.", reports: [] },
    guide: null,
    care: [],
    degraded: false,
    degraded_because: [],
    providers: [report(), report({ provider: "plantnet", seconds: 1.1, model_version: "2026-02 (7.4)" })],
    cost: { plant_id: 1, plantnet: 1 },
    photos: [
      { position: 0, organ: "auto", width: 800, height: 600, url: "/photos/0/", thumbnail_url: "/photos/0/thumbnail/" },
    ],
    simulated: false,
    receipt: { source: "fresh", request_id: "abc123", credits_to: ["Identified with Plant.id", "Powered by Pl@ntNet"] },
    continues: null,
    feedback: null,
    problem: null,
    ...more,
  };
}

/** Every kind of answer that the backend gives, by what it is. */
export const ANSWERS: Record<string, Identification> = {
  sure: identification(),
  likely: identification({ verdict: verdict({ level: "likely" }) }),
  maybe: identification({
    verdict: verdict({ level: "maybe", agreement: "single", next_photo: { organ: "flower", reason: "scores-close" } }),
  }),
  "group, genus": identification({
    verdict: verdict({ level: "group", agreement: "genus", name: "Rosa", rank: "genus" }),
  }),
  "group, family": identification({
    verdict: verdict({ level: "group", agreement: "both", name: "Rosaceae", rank: "family" }),
  }),
  unsure: identification({
    verdict: verdict({
      level: "unsure",
      agreement: "disagree",
      name: null,
      rank: null,
      next_photo: { organ: "leaf", reason: "providers-disagree" },
    }),
  }),
  "unsure, nothing to show": identification({
    verdict: verdict({ level: "unsure", name: null, rank: null }),
    suggestions: [],
  }),
  "not a plant": identification({
    verdict: verdict({ level: "not_a_plant", name: null, rank: null }),
    suggestions: [],
  }),
  "one provider only": identification({
    degraded: true,
    degraded_because: ["Pl@ntNet is not reachable or too slow right now."],
    providers: [report(), report({ provider: "plantnet", state: "circuit_open", credits: 0, model_version: null })],
    suggestions: [suggestion("Rosa canina", { scores: { plant_id: 0.97 } })],
    verdict: verdict({ agreement: "single" }),
  }),
  stale: identification({
    degraded: true,
    degraded_because: ["Plant.id's answer is 3 days old: it cannot be asked."],
    providers: [report({ source: "stale", age: 259_200, ttl: -172_800, stale_because: "it cannot be asked" })],
    cost: {},
  }),
  cached: identification({ providers: [report({ source: "store", age: 5000, credits: 0 })], cost: {} }),
  collapsed: identification({ providers: [report({ source: "collapsed", credits: 0 })], cost: {} }),
  "charged but unknown": identification({
    providers: [report(), report({ provider: "plantnet", state: "late", maybe_charged: true })],
  }),
  simulated: identification({ simulated: true, providers: [report({ simulated: true })] }),
  "with a guide": identification({
    guide: { title: "Dog rose", url: "/guides/rosa-canina/", api_url: "/api/v2/pages/7/", rank: "species" },
  }),
  "with the genus' guide": identification({
    guide: { title: "Roses", url: "/guides/rosa/", api_url: "/api/v2/pages/8/", rank: "genus" },
  }),
  "health missing": identification({ health_asked: true }),
  healthy: identification({
    health_asked: true,
    health: { is_healthy: true, probability: 0.93, findings: [], question: null },
  }),
  ill: identification({
    health_asked: true,
    health: {
      is_healthy: false,
      probability: 0.2,
      question: { text: "Are there white threads under the leaves?", yes: "mildew", no: "lack of water" },
      findings: [
        {
          name: "powdery mildew",
          local_name: null,
          score: 0.62,
          description: "White dust on the leaves.",
          cause: "Erysiphales",
          classification: [],
          common_names: [],
          url: "https://en.wikipedia.org/wiki/Powdery_mildew",
          treatment: { biological: ["Milk"], chemical: ["Sulphur"], prevention: ["Air"] },
          images: [],
        },
      ],
    },
  }),
  "sparse candidate": identification({
    suggestions: [
      suggestion("Rosa canina", {
        authorship: "",
        genus: null,
        family: null,
        common_names: [],
        also_called: [],
        images: [],
        wikipedia_url: null,
        ids: { gbif_backbone: null, powo: null, inaturalist: null, iucn_category: null },
      }),
    ],
  }),
  "feedback given": identification({ feedback: { was_right: "another", name: "Rosa gallica", comment: "" } }),
};
