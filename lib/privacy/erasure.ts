/** The states of an erasure: `running`, or how it ended. */
export const ERASURE_STATES = ["running", "done", "failed"] as const;

/** The steps of an erasure, in order: the data that each one searches for the number. */
export const ERASURE_STEPS = ["calls", "details", "deliveries", "reviews"] as const;
