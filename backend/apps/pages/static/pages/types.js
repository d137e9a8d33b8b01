/**
 * The API's bodies as the page reads them (GET /api/v1/openapi.json describes them in full).
 *
 * @typedef {"plant_id" | "plantnet"} ProviderName
 * @typedef {"sure" | "likely" | "maybe" | "group" | "unsure" | "not_a_plant"} Level
 * @typedef {"both" | "genus" | "disagree" | "single"} Agreement
 *
 * @typedef {object} Attribution
 * @property {string | null} [author]
 * @property {string | null} [license_name]
 * @property {string | null} [license_url]
 * @property {string | null} [source_url]
 *
 * @typedef {object} ReferenceImage
 * @property {string} url
 * @property {Attribution} attribution
 * @property {string | null} [thumb_url]
 * @property {string | null} [organ]
 *
 * @typedef {object} SourcedText
 * @property {string} text
 * @property {Attribution} attribution
 *
 * @typedef {object} TaxonIds
 * @property {number | null} [gbif_backbone]
 * @property {string | null} [powo]
 *
 * @typedef {object} Suggestion
 * @property {string} name
 * @property {string} rank
 * @property {Partial<Record<ProviderName, number>>} scores each on its provider's own scale, 0..1
 * @property {string} [authorship]
 * @property {string | null} [genus]
 * @property {string | null} [family]
 * @property {string[]} [common_names]
 * @property {string[]} [also_called]
 * @property {TaxonIds} [ids]
 * @property {ReferenceImage[]} [images]
 * @property {SourcedText | null} [description]
 * @property {string | null} [wikipedia_url]
 *
 * @typedef {object} NextPhoto
 * @property {string} organ
 * @property {string} reason
 *
 * @typedef {object} Verdict
 * @property {Level} level
 * @property {Agreement} agreement
 * @property {string | null} [name]
 * @property {string | null} [rank]
 * @property {string} [reason]
 * @property {NextPhoto | null} [next_photo]
 *
 * @typedef {object} HealthFinding
 * @property {string} name
 * @property {number} score
 * @property {string | null} [local_name]
 * @property {string | null} [description]
 * @property {string | null} [cause]
 * @property {string | null} [url]
 * @property {{biological?: string[], chemical?: string[], prevention?: string[]}} [treatment]
 * @property {ReferenceImage[]} [images]
 *
 * @typedef {object} Health
 * @property {boolean} is_healthy
 * @property {number} probability of being healthy, 0..1
 * @property {HealthFinding[]} [findings]
 * @property {{text: string, yes: string, no: string} | null} [question]
 *
 * @typedef {object} ProviderReport
 * @property {ProviderName} provider
 * @property {"ok" | "unavailable" | "reply_invalid" | "exhausted" | "key_refused" | "rejected" | "late"} state
 * @property {number} seconds
 * @property {number} [credits]
 * @property {boolean} [maybe_charged]
 * @property {string | null} [model_version]
 * @property {boolean} [simulated]
 *
 * @typedef {object} PhotoBody
 * @property {number} position
 * @property {string} organ
 * @property {string} url
 * @property {string} thumbnail_url
 *
 * @typedef {object} Feedback
 * @property {"yes" | "another" | "no"} was_right
 * @property {string} [name]
 *
 * @typedef {object} Problem
 * @property {string} code
 * @property {string} [detail]
 * @property {string | null} [hint]
 * @property {number | null} [retry_after] seconds
 * @property {string} [request_id]
 * @property {boolean} [retryable]
 * @property {{detail: string, pointer: string}[] | null} [errors]
 * @property {ProviderReport[]} [providers]
 *
 * @typedef {object} Identification
 * @property {string} id
 * @property {"running" | "complete" | "failed"} status
 * @property {string} url
 * @property {string} created_at
 * @property {string} sentence
 * @property {Verdict | null} verdict
 * @property {Suggestion[]} suggestions
 * @property {Health | null} health
 * @property {boolean} health_asked
 * @property {{status: string, warning: string}} safety
 * @property {string[]} degraded_because
 * @property {ProviderReport[]} providers
 * @property {Partial<Record<ProviderName, number>>} cost
 * @property {PhotoBody[]} photos
 * @property {boolean} simulated
 * @property {{source: string, request_id?: string, credits_to?: string[]}} receipt
 * @property {Feedback | null} [feedback]
 * @property {Problem | null} [problem]
 *
 * @typedef {object} ProviderEvent
 * @property {ProviderReport} report
 * @property {string | null} sentence
 * @property {{verdict: Verdict, suggestions: Suggestion[]} | null} so_far
 */

export {};
