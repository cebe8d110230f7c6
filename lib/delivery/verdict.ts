/**
 * The result of a delivery. `applied`: the call's outcome comes from this delivery. `superseded`: merged, but the outcome
 * comes from another delivery. `duplicate`: the same body was stored before. `quarantined`: stored but not merged, because it
 * was not understood, came from an unexpected address or could not be stored as a call.
 */
export const VERDICTS = ["applied", "duplicate", "superseded", "quarantined"] as const;
export type Verdict = (typeof VERDICTS)[number];
