import { eq } from "drizzle-orm";

import { db } from "./client";
import { organization, type Organization } from "./schema";

export type OrganizationSettings = Pick<Organization, "name" | "timeZone" | "weekStart">;

/** What holds until an administrator has said otherwise: the same as the columns' defaults. */
export const ORGANIZATION_DEFAULTS: OrganizationSettings = { name: "Callboard", timeZone: "Asia/Riyadh", weekStart: 7 };

/** The organization's name, its zone (an IANA name) and the ISO weekday its week begins on. */
export async function readOrganization(): Promise<OrganizationSettings> {
  const [row] = await db
    .select({ name: organization.name, timeZone: organization.timeZone, weekStart: organization.weekStart })
    .from(organization)
    .where(eq(organization.id, true));
  return row ?? ORGANIZATION_DEFAULTS;
}

/** Writes the one row. The caller has validated: a name of 1 to 100 characters, a zone that `Intl` knows, a weekday of 1 to 7. */
export async function saveOrganization(settings: OrganizationSettings): Promise<void> {
  const values = { ...settings, updatedAt: new Date() };
  await db.insert(organization).values(values).onConflictDoUpdate({ target: organization.id, set: values });
}
