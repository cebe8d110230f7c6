"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";

import { saveOrganization } from "@/db/organization/settings";
import { log } from "@/lib/log";
import { isTimeZone } from "@/lib/time/time";
import { formAction } from "@/server/auth/action";
import { forgetOrganization } from "@/server/organization";

/** Keys of `settings.organization.error`. */
type OrganizationErrors = {
  name?: "nameRequired" | "nameTooLong";
  timeZone?: "zoneUnknown";
  weekStart?: "weekdayUnknown";
};

const MAX_NAME_LENGTH = 100;

const text = z
  .string()
  .catch("")
  .transform((value) => value.toWellFormed().replaceAll("\u0000", "").trim());

/** Saves the organization's name, time zone and first day of the week. */
export const updateOrganization = formAction({
  role: "administrator",
  input: z.object({ name: text, timeZone: text, weekStart: text }),
  keep: ["name", "timeZone", "weekStart"],
  check: ({ name, timeZone, weekStart }): OrganizationErrors => ({
    ...(name === "" ? { name: "nameRequired" } : [...name].length > MAX_NAME_LENGTH ? { name: "nameTooLong" } : {}),
    ...(isTimeZone(timeZone) ? {} : { timeZone: "zoneUnknown" }),
    // ISO 8601: 1 is Monday, 7 is Sunday.
    ...(["1", "2", "3", "4", "5", "6", "7"].includes(weekStart) ? {} : { weekStart: "weekdayUnknown" }),
  }),
  failure: "settings_not_saved",
  invalidate: () => revalidatePath("/", "layout"),
  work: async ({ name, timeZone, weekStart: day }, { recordEvent }) => {
    const weekStart = Number(day);
    await saveOrganization({ name, timeZone, weekStart });
    await recordEvent({
      action: "settings_changed",
      subject: "organization",
      detail: { name, time_zone: timeZone, week_start: weekStart },
    });
    forgetOrganization();
    log("info", "settings_saved");
    return { ok: true };
  },
});
