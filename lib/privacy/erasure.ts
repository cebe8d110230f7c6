/** How an erasure ended, or that it has not. */
export const ERASURE_STATES = ["running", "done", "failed"] as const;

/** What an erasure searches for the number, in this order. */
export const ERASURE_STEPS = ["calls", "details", "deliveries", "reviews"] as const;
