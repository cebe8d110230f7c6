export const ERASURE_STATES = ["running", "done", "failed"] as const;
export type ErasureState = (typeof ERASURE_STATES)[number];

/** What an erasure searches for the number, in this order. */
export const ERASURE_STEPS = ["calls", "details", "deliveries", "reviews"] as const;
export type ErasureStep = (typeof ERASURE_STEPS)[number];
