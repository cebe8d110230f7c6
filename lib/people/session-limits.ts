import type { Role } from "./role";

/** In minutes. `idle`: without activity of a person. `lifetime`: since the sign-in, whatever happens. */
export type SessionLimits = { idle: number; lifetime: number };

const HOUR = 60;
const DAY = 24 * HOUR;

/** The limits that the settings offer, in minutes. */
export const IDLE_CHOICES = [15, 30, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY] as const;
export const LIFETIME_CHOICES = [4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY] as const;

/** The longest choice: NIST SP 800-63B, 2.1.3 asks for a new sign-in at least every 30 days. */
export const MAX_LIFETIME_MINUTES = 30 * DAY;

/**
 * ASVS 5, 7.3.1 and 7.3.2 require both limits, by the risk of what the session may do. Operators and viewers work a shift in it and sign in once
 * a week, as OWASP suggests for sessions of office work; an administrator, who can change who sees what, has what NIST SP 800-63B, 2.2.3
 * allows at AAL2 for the lifetime, and two hours where it recommends one, because a call with a customer or a meeting must not end it.
 */
export const SESSION_LIMIT_DEFAULTS: Record<Role, SessionLimits> = {
  viewer: { idle: 12 * HOUR, lifetime: 7 * DAY },
  operator: { idle: 12 * HOUR, lifetime: 7 * DAY },
  administrator: { idle: 2 * HOUR, lifetime: DAY },
};
