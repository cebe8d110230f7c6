"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";

import { saveMaskNumbers } from "@/db/organization/settings";
import { previewErasure, type ErasurePreview } from "@/db/privacy/erase";
import { startErasure } from "@/db/privacy/erasures";
import { previewRetention, saveRetention, type RetentionKind, type RetentionRules } from "@/db/privacy/retention";
import { errorCode, log } from "@/lib/log";
import { parseSoughtNumber } from "@/lib/phone/pattern";
import { audit, callerAddress } from "@/server/audit";
import { type ActionGate, requireAction, type SignedInUser } from "@/server/auth/gates";
import { purge } from "@/server/jobs/purge";
import { forgetOrganization } from "@/server/organization";

import { RETENTION_FIELDS, type RetentionField } from "./retention-fields";

type Refused = { ok: false; refused: (ActionGate & { ok: false })["reason"] };

const MAX_DAYS = 3650;

export type RetentionErrors = Partial<Record<RetentionField, "notDays">>;
export type RetentionAnswer<Result> = ({ ok: true } & Result) | { ok: false; errors: RetentionErrors } | Refused;

const days = z
  .string()
  .trim()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_DAYS));

/** How much these rules would take if they ran now. */
export async function askRetention(values: Record<RetentionField, string>) {
  return administer<RetentionAnswer<{ counts: Record<RetentionKind, number> }>>(async () => {
    const read = readRules(values);
    return read.ok ? { ok: true, counts: await previewRetention(read.rules) } : read;
  });
}

/** Saves the rules and applies them at once; what is left after a few seconds goes within the hour. */
export async function applyRetention(values: Record<RetentionField, string>) {
  return administer<RetentionAnswer<{ taken: number }>>(async (user) => {
    const read = readRules(values);
    if (!read.ok) {
      return read;
    }
    await audit(user, { action: "retention_changed", detail: { ...read.rules } });
    await saveRetention(read.rules);
    const taken = await purge(user, 5000, await callerAddress());
    revalidatePath("/settings/privacy");
    return { ok: true, taken };
  });
}

function readRules(
  values: Record<RetentionField, string>,
): { ok: true; rules: RetentionRules } | { ok: false; errors: RetentionErrors } {
  const errors: RetentionErrors = {};
  const rules = { recordingDays: null, transcriptDays: null, callDays: null, deliveryDays: null } as RetentionRules;
  for (const field of RETENTION_FIELDS) {
    const text = String(values[field] ?? "");
    if (text.trim() !== "") {
      const parsed = days.safeParse(text);
      if (parsed.success) {
        rules[field] = parsed.data;
      } else {
        errors[field] = "notDays";
      }
    }
  }
  return Object.keys(errors).length === 0 ? { ok: true, rules } : { ok: false, errors };
}

/** Whether operators see numbers at once. */
export async function setMasking(maskNumbers: boolean) {
  return administer<{ ok: true } | Refused>(async (user) => {
    const chosen = z.boolean().catch(true).parse(maskNumbers);
    await audit(user, { action: "settings_changed", subject: "mask_numbers", detail: { to: chosen } });
    await saveMaskNumbers(chosen);
    forgetOrganization();
    revalidatePath("/", "layout");
    return { ok: true };
  });
}

export type ErasureAnswer<Result> =
  | ({ ok: true; masked: string } & Result)
  | { ok: false; error: "notNumber" }
  | Refused;

/** How much an erasure of this number would take. */
export async function askErasure(text: string) {
  return administer<ErasureAnswer<{ preview: ErasurePreview }>>(async (user) => {
    const number = parseSoughtNumber(z.string().max(60).catch("").parse(text));
    if (number === null) {
      return { ok: false, error: "notNumber" };
    }
    const preview = await previewErasure(number);
    await audit(user, { action: "erasure_previewed", subject: number.masked, rowCount: preview.calls });
    return { ok: true, masked: number.masked, preview };
  });
}

/** Begins an erasure. It cannot be undone; the page shows how far it is. */
export async function beginErasure(text: string) {
  return administer<ErasureAnswer<{ id: string }>>(async (user) => {
    const number = parseSoughtNumber(z.string().max(60).catch("").parse(text));
    if (number === null) {
      return { ok: false, error: "notNumber" };
    }
    await audit(user, { action: "erasure_begun", subject: number.masked });
    const id = await startErasure(number, user.name);
    revalidatePath("/settings/privacy");
    return { ok: true, masked: number.masked, id };
  });
}

async function administer<Answer>(work: (user: SignedInUser) => Promise<Answer>): Promise<Answer | Refused> {
  const gate = await requireAction("administrator");
  if (!gate.ok) {
    return { ok: false, refused: gate.reason };
  }
  try {
    return await work(gate.user);
  } catch (error) {
    log("error", "privacy_action_failed", { error_code: errorCode(error) });
    return { ok: false, refused: "unavailable" };
  }
}
