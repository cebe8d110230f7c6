/** The roles, from the fewest permissions to the most. Each role includes the permissions of the roles before it. */
export const ROLES = ["viewer", "operator", "administrator"] as const;

export type Role = (typeof ROLES)[number];

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

/** Whether the role `held` is `needed` or a higher role. */
export function includesRole(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
