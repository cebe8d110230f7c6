/**
 * How far a call's enrichment from the vendor's API is. `awaiting_report`: everything but the report is there. `not_found`:
 * the API does not know the call. `failed`: given up after the last attempt.
 */
export const ENRICHMENT_STATES = ["pending", "awaiting_report", "done", "not_found", "failed"] as const;
export type EnrichmentState = (typeof ENRICHMENT_STATES)[number];
