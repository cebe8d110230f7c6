/**
 * The problems that a field of a delivery, or of an answer of the vendor's API, can have. A stored flag is `path: problem`. The path of an
 * unknown value ends with `=` and the value. The message catalogues describe each problem under `deliveries.detail.flag`.
 */
export const FLAG_PROBLEMS = ["unbelievable", "unknown_form", "unknown_field", "unknown_value", "cut"] as const;

export type FlagProblem = (typeof FLAG_PROBLEMS)[number];

/** Whether this version knows the problem. Other versions of Callboard may have stored other problems. */
export function isFlagProblem(problem: string): problem is FlagProblem {
  return FLAG_PROBLEMS.some((known) => known === problem);
}
