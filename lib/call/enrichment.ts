/**
 * The state of a call's enrichment from the vendor's API. `awaiting_report`: only the report is missing. `not_found`: the API does not
 * know the call. `failed`: the last attempt failed, and no further one is planned.
 */
export const ENRICHMENT_STATES = ["pending", "awaiting_report", "done", "not_found", "failed"] as const;
export type EnrichmentState = (typeof ENRICHMENT_STATES)[number];
