/** The API's bodies by their names; `schema.d.ts` is generated from docs/openapi.json (`npm run types`). */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Identification = Schemas["IdentificationBody"];
export type Verdict = Schemas["Verdict"];
export type Level = Schemas["Level"];
export type Suggestion = Schemas["Suggestion"];
export type ReferenceImage = Schemas["ReferenceImage"];
export type Attribution = Schemas["Attribution"];
export type Health = Schemas["Health"];
export type HealthFinding = Schemas["HealthFinding"];
export type ProviderName = Schemas["ProviderName"];
export type ProviderReport = Schemas["ProviderReport"];
export type ProviderEvent = Schemas["ProviderEvent"];
export type AcceptedEvent = Schemas["AcceptedEvent"];
export type NextPhoto = Schemas["NextPhoto"];
export type Feedback = Schemas["FeedbackBody"];
export type IdentificationPage = Schemas["IdentificationPage"];
export type Me = Schemas["MeBody"];
export type Export = Schemas["ExportBody"];
export type ApiKey = Schemas["KeyBody"];
export type NewApiKey = Schemas["NewKeyBody"];
export type NewApiKeyForm = Schemas["NewKeyForm"];
export type Usage = Schemas["UsageBody"];
export type Use = Schemas["Use"];

/** What a problem has when it comes from the server, and the few members that every problem of this app has. */
export type Problem = Partial<Schemas["ProblemBody"]> & { code: string };

export const ORGANS = ["auto", "leaf", "flower", "fruit", "bark", "habit", "other"] as const;
export type Organ = (typeof ORGANS)[number];
