"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";

import { saveOrganization } from "@/db/organization/settings";
import { errorCode, log } from "@/lib/log";
import { isTimeZone } from "@/lib/time/time";
import { audit } from "@/server/audit";
import { type ActionGate, requireAction } from "@/server/auth/gates";
import { forgetOrganization } from "@/server/organization";

/** What the form shows after an attempt; the errors are keys of `settings.organization.error`. */
export type OrganizationState = {
  values: { name: string; timeZone: string; weekStart: string };
  errors: {
    name?: "nameRequired" | "nameTooLong";
    timeZone?: "zoneUnknown";
    weekStart?: "weekdayUnknown";
  };
  /** Why nothing could be saved at all. */
  refused: (ActionGate & { ok: false })["reason"] | null;
  /** When it was saved, so that saving twice says so twice. */
  savedAt: number | null;
};

const MAX_NAME_LENGTH = 100;

const text = z
  .string()
  .catch("")
  .transform((value) => value.toWellFormed().replaceAll("\u0000", "").trim());
const form = z.object({ name: text, timeZone: text, weekStart: text });

/** Saves the organization's name, zone and first day of the week. For administrators. */
export async function updateOrganization(_previous: OrganizationState, data: FormData): Promise<OrganizationState> {
  const values = form.parse(Object.fromEntries(data));
  const answer = (rest: Partial<OrganizationState>): OrganizationState => ({
    values,
    errors: {},
    refused: null,
    savedAt: null,
    ...rest,
  });
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return answer({ refused: gate.reason });
  }
  const weekStart = Number(values.weekStart);
  const errors: OrganizationState["errors"] = {
    ...(values.name === ""
      ? { name: "nameRequired" }
      : [...values.name].length > MAX_NAME_LENGTH
        ? { name: "nameTooLong" }
        : {}),
    ...(isTimeZone(values.timeZone) ? {} : { timeZone: "zoneUnknown" }),
    ...(Number.isInteger(weekStart) && weekStart >= 1 && weekStart <= 7 ? {} : { weekStart: "weekdayUnknown" }),
  };
  if (Object.keys(errors).length > 0) {
    return answer({ errors });
  }
  try {
    await saveOrganization({ name: values.name, timeZone: values.timeZone, weekStart });
    await audit(gate.user, {
      action: "settings_changed",
      subject: "organization",
      detail: { name: values.name, time_zone: values.timeZone, week_start: weekStart },
    });
  } catch (error) {
    log("error", "settings_not_saved", { error_code: errorCode(error) });
    return answer({ refused: "unavailable" });
  }
  forgetOrganization();
  log("info", "settings_saved");
  revalidatePath("/", "layout");
  return answer({ savedAt: Date.now() });
}
