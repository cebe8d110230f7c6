/** What a person can decide about a call; the fourth, `cleared`, takes a decision away. */
export const DECISIONS = ["resolved", "follow_up", "wrong_outcome"] as const;
export type Decision = (typeof DECISIONS)[number];

export const MAX_NOTE_LENGTH = 2_000;
