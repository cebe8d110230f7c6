import type { Role } from "./role";

/** Who must have a second factor: a setting of the organization. */
export const SECOND_FACTOR_RULES = ["nobody", "administrators", "everyone"] as const;
export type SecondFactorRule = (typeof SECOND_FACTOR_RULES)[number];

/** Whether a user with this role must have one. A user without a password is exempt: the identity provider asks for theirs. */
export function requiresSecondFactor(rule: SecondFactorRule, role: Role): boolean {
  return rule === "everyone" || (rule === "administrators" && role === "administrator");
}
