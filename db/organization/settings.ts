import { eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { organization, type Organization } from "@/db/schema/organization";

export type OrganizationSettings = Pick<Organization, "name" | "timeZone" | "weekStart" | "maskNumbers">;

/** Used until an administrator saves settings. Must equal the columns' defaults. */
export const ORGANIZATION_DEFAULTS: OrganizationSettings = {
  name: "Callboard",
  timeZone: "Asia/Riyadh",
  weekStart: 7,
  maskNumbers: false,
};

/** The organization's settings: `timeZone` is an IANA name, `weekStart` an ISO weekday (1 is Monday). */
export async function readOrganization(): Promise<OrganizationSettings> {
  const [row] = await db
    .select({
      name: organization.name,
      timeZone: organization.timeZone,
      weekStart: organization.weekStart,
      maskNumbers: organization.maskNumbers,
    })
    .from(organization)
    .where(eq(organization.id, true));
  return row ?? ORGANIZATION_DEFAULTS;
}

/** Saves the settings. The caller must validate them: a name of 1 to 100 characters, a zone that `Intl` knows, a weekday of 1 to 7. */
export async function saveOrganization(settings: Omit<OrganizationSettings, "maskNumbers">): Promise<void> {
  const values = { ...settings, updatedAt: new Date() };
  await db.insert(organization).values(values).onConflictDoUpdate({ target: organization.id, set: values });
}

/** Saves whether phone numbers are masked until an operator reveals them. */
export async function saveMaskNumbers(maskNumbers: boolean): Promise<void> {
  await db
    .insert(organization)
    .values({ maskNumbers })
    .onConflictDoUpdate({ target: organization.id, set: { maskNumbers, updatedAt: sql`now()` } });
}
