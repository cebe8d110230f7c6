/** The decisions that a person can make about a call. */
export const DECISIONS = ["resolved", "follow_up", "wrong_outcome"] as const;
export type Decision = (typeof DECISIONS)[number];

/** An entry of a call's review history: a decision, or `cleared` if the decision was removed. */
export const REVIEW_DECISIONS = [...DECISIONS, "cleared"] as const;
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number];

export const MAX_NOTE_LENGTH = 2_000;
