import { eq, sql } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { endSessionsBelowAdministrator } from "@/db/people/sessions";
import { hasSignInMethod } from "@/db/people/users";
import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import { organization } from "@/db/schema/organization";
import { user } from "@/db/schema/people";
import { type Role, ROLES } from "@/lib/people/role";
import type { SecondFactorRule } from "@/lib/people/second-factor-rule";
import { SESSION_LIMIT_DEFAULTS, type SessionLimits } from "@/lib/people/session-limits";

/**
 * How people sign in, and for how long. Not cached: a stale value would let somebody in. `findSession` reads the same columns with each
 * session, so a change holds from the next request on.
 */
export type SecuritySettings = {
  secondFactorRule: SecondFactorRule;
  singleSignOnOnly: boolean;
  limits: Record<Role, SessionLimits>;
};

export async function readSecurity(): Promise<SecuritySettings> {
  const [row] = await db
    .select({
      secondFactorRule: organization.secondFactorRule,
      singleSignOnOnly: organization.singleSignOnOnly,
      viewerIdleMinutes: organization.viewerIdleMinutes,
      operatorIdleMinutes: organization.operatorIdleMinutes,
      administratorIdleMinutes: organization.administratorIdleMinutes,
      viewerLifetimeMinutes: organization.viewerLifetimeMinutes,
      operatorLifetimeMinutes: organization.operatorLifetimeMinutes,
      administratorLifetimeMinutes: organization.administratorLifetimeMinutes,
    })
    .from(organization)
    .where(eq(organization.id, true));
  if (row === undefined) {
    return { secondFactorRule: "nobody", singleSignOnOnly: false, limits: SESSION_LIMIT_DEFAULTS };
  }
  const { secondFactorRule, singleSignOnOnly } = row;
  const limitsOf = (role: Role) => ({ idle: row[`${role}IdleMinutes`], lifetime: row[`${role}LifetimeMinutes`] });
  const limits = {
    viewer: limitsOf("viewer"),
    operator: limitsOf("operator"),
    administrator: limitsOf("administrator"),
  };
  return { secondFactorRule, singleSignOnOnly, limits };
}

/** Whether single sign-on is the only way to sign in, except for administrators. */
export async function isSingleSignOnOnly(): Promise<boolean> {
  return (await readSecurity()).singleSignOnOnly;
}

/**
 * Saves who must have a second factor. `ownFactor`: the rule would hold for the administrator who saves it, who has none yet; so at least
 * one administrator can sign in after every change.
 */
export async function saveSecondFactorRule(
  secondFactorRule: SecondFactorRule,
  by: { id: string; event: NewAuditEvent },
): Promise<{ ok: true } | { ok: false; reason: "ownFactor" }> {
  return db.transaction(async (transaction) => {
    const own = await readOwnMethods(transaction, by.id);
    if (secondFactorRule !== "nobody" && own.hasPassword && !own.twoFactorEnabled) {
      return { ok: false, reason: "ownFactor" };
    }
    await save(transaction, { secondFactorRule });
    await recordAuditEvent(by.event, transaction);
    return { ok: true };
  });
}

/**
 * Saves whether single sign-on is the only way to sign in, except for administrators. Turning it on ends the sessions of everyone else,
 * because some of them began with a password. `ownConnection`: the administrator who turns it on has not connected single sign-on, so nobody
 * has shown that it works.
 */
export async function saveSingleSignOnOnly(
  singleSignOnOnly: boolean,
  by: { id: string; event: NewAuditEvent },
): Promise<{ ok: true } | { ok: false; reason: "ownConnection" }> {
  return db.transaction(async (transaction) => {
    if (singleSignOnOnly && !(await readOwnMethods(transaction, by.id)).hasSingleSignOn) {
      return { ok: false, reason: "ownConnection" };
    }
    await save(transaction, { singleSignOnOnly });
    if (singleSignOnOnly) {
      await endSessionsBelowAdministrator(transaction, "single_sign_on_only");
    }
    await recordAuditEvent(by.event, transaction);
    return { ok: true };
  });
}

/** Saves the limits of sessions, which also hold for those that are open. The caller has checked them. */
export async function saveSessionLimits(limits: Record<Role, SessionLimits>, event: NewAuditEvent): Promise<void> {
  const columns = ROLES.flatMap((role) => [
    [`${role}IdleMinutes`, limits[role].idle],
    [`${role}LifetimeMinutes`, limits[role].lifetime],
  ]);
  await db.transaction(async (transaction) => {
    await save(transaction, Object.fromEntries(columns) as Changed);
    await recordAuditEvent(event, transaction);
  });
}

type Changed = Partial<typeof organization.$inferInsert>;

async function save(transaction: Transaction, changed: Changed): Promise<void> {
  await transaction
    .insert(organization)
    .values(changed)
    .onConflictDoUpdate({ target: organization.id, set: { ...changed, updatedAt: sql`now()` } });
}

async function readOwnMethods(transaction: Transaction, userId: string) {
  const [own] = await transaction
    .select({
      twoFactorEnabled: user.twoFactorEnabled,
      hasPassword: hasSignInMethod("password"),
      hasSingleSignOn: hasSignInMethod("single sign-on"),
    })
    .from(user)
    .where(eq(user.id, userId))
    .for("share");
  return own ?? { twoFactorEnabled: false, hasPassword: true, hasSingleSignOn: false };
}
