/**
 * The problems that a field of a delivery can have. A stored flag is `path: problem`. The message catalogues describe each
 * problem under `deliveries.detail.flag`.
 */
export const FLAG_PROBLEMS = ["unbelievable", "unknown_field", "cut"] as const;

export type FlagProblem = (typeof FLAG_PROBLEMS)[number];

/** Whether this version knows the problem. Other versions of Callboard may have stored other problems. */
export function isFlagProblem(problem: string): problem is FlagProblem {
  return FLAG_PROBLEMS.some((known) => known === problem);
}
