/** From the fewest permissions to the most. Each role includes those before it. */
export const ROLES = ["viewer", "operator", "administrator"] as const;

export type Role = (typeof ROLES)[number];

export function isRole(value: unknown): value is Role {
  return ROLES.some((role) => role === value);
}

/** Whether the role `held` allows what the role `needed` allows. */
export function includesRole(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
