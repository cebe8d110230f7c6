/** What a person may do, from least to most. Each role includes those before it. */
export const ROLES = ["viewer", "operator", "administrator"] as const;

export type Role = (typeof ROLES)[number];

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

/** Whether someone with the role `held` may do what needs the role `needed`. */
export function includesRole(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
