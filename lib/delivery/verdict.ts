/**
 * What became of a delivery. `applied`: the call's outcome is this delivery's. `superseded`: stored, but a better delivery
 * decides the outcome. `duplicate`: the same body is stored already. `quarantined`: stored, not understood, nothing applied.
 */
export const VERDICTS = ["applied", "duplicate", "superseded", "quarantined"] as const;
export type Verdict = (typeof VERDICTS)[number];
