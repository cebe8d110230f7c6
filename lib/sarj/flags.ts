/**
 * What can be wrong with a field of a delivery. A stored flag is `path: problem`. The catalogues describe each problem under
 * `deliveries.detail.flag`.
 */
export const FLAG_PROBLEMS = ["unbelievable", "unknown_field", "cut"] as const;

export type FlagProblem = (typeof FLAG_PROBLEMS)[number];

/** Older versions may have stored problems that this one does not know. */
export function isFlagProblem(problem: string): problem is FlagProblem {
  return FLAG_PROBLEMS.some((known) => known === problem);
}
