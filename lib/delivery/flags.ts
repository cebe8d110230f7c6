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

/** A stored flag in parts. `value` is that of an `unknown_value`, otherwise null. */
export type Flag = { path: string; value: string | null; problem: string };

/** Reads a stored flag. Never fails: other versions of Callboard may have stored other problems. */
export function readFlag(flag: string): Flag {
  const split = flag.lastIndexOf(": ");
  const name = flag.slice(0, split);
  const problem = flag.slice(split + 2);
  const equals = problem === "unknown_value" ? name.indexOf("=") : -1;
  return equals === -1
    ? { path: name, value: null, problem }
    : { path: name.slice(0, equals), value: name.slice(equals + 1), problem };
}

/** Whether the flag is about an answer of the vendor's API, and not about a delivery. */
export function isOfApi({ path }: Flag): boolean {
  return path.startsWith("api.");
}

/** Whether the flag is about a type of webhook that the contract does not contain. */
export function isUnknownType({ path, problem }: Flag): boolean {
  return path === "payload.type" && problem === "unknown_value";
}
