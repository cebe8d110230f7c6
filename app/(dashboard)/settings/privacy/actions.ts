"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";

import { saveMaskNumbers } from "@/db/organization/settings";
import { previewErasure } from "@/db/privacy/erasure-preview";
import { startErasure } from "@/db/privacy/erasures";
import { previewRetention, saveRetention, type RetentionRules } from "@/db/privacy/retention";
import { refuse } from "@/lib/action-answer";
import { parseSoughtNumber } from "@/lib/phone/pattern";
import { requestAddress } from "@/server/audit";
import { action } from "@/server/auth/action";
import { purge } from "@/server/jobs/purge";
import { forgetOrganization } from "@/server/organization";

import { RETENTION_FIELDS, type RetentionField } from "./retention-fields";

/** Shared by all actions here. */
const PRIVACY = { role: "administrator", failure: "privacy_action_failed" } as const;

const invalidatePage = () => revalidatePath("/settings/privacy");

/* ── Retention ───────────────────────────────────────────────────────────────────────────────────────────────────── */

const MAX_DAYS = 3650;
const PURGE_BUDGET_MS = 5000;

const retentionInput = z.record(z.enum(RETENTION_FIELDS), z.string().max(100));

export type RetentionErrors = Partial<Record<RetentionField, "notDays">>;

const days = z
  .string()
  .trim()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_DAYS));

/** Counts what these rules would delete if they were applied now. `values` are the texts as they came. */
export const previewRetentionRules = action({
  ...PRIVACY,
  input: retentionInput,
  fromFields: (fields) => Object.fromEntries(RETENTION_FIELDS.map((field) => [field, fields[field]])),
  work: async (values) => {
    const read = readRules(values);
    return read.ok ? { ok: true, values, counts: await previewRetention(read.rules) } : read;
  },
});

/**
 * Saves the rules and starts deleting, for a few seconds; the hourly job deletes the rest. `deleted`: the number of deleted items. `isIncomplete`:
 * some could not be deleted; the page shows which.
 */
export const applyRetention = action({
  ...PRIVACY,
  input: retentionInput,
  fromFields: (fields) => Object.fromEntries(RETENTION_FIELDS.map((field) => [field, fields[field]])),
  invalidate: invalidatePage,
  work: async (values, { user, recordEvent }) => {
    const read = readRules(values);
    if (!read.ok) {
      return read;
    }
    await recordEvent({ action: "retention_changed", detail: { ...read.rules } });
    await saveRetention(read.rules);
    const { deleted, failed } = await purge(user, PURGE_BUDGET_MS, await requestAddress());
    return { ok: true, deleted, isIncomplete: failed.length > 0 };
  },
});

function readRules(
  values: Record<RetentionField, string>,
):
  | { ok: true; rules: RetentionRules }
  | { ok: false; reason: "invalid"; errors: RetentionErrors; values: Record<RetentionField, string> } {
  const errors: RetentionErrors = {};
  const rules: RetentionRules = { recordingDays: null, transcriptDays: null, callDays: null, deliveryDays: null };
  for (const field of RETENTION_FIELDS) {
    if (values[field].trim() !== "") {
      const parsed = days.safeParse(values[field]);
      if (parsed.success) {
        rules[field] = parsed.data;
      } else {
        errors[field] = "notDays";
      }
    }
  }
  return Object.keys(errors).length === 0 ? { ok: true, rules } : { ...refuse("invalid"), errors, values };
}

/* ── Masking ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

/** Sets whether operators and administrators have to reveal each number. */
export const setMasking = action({
  ...PRIVACY,
  input: z.boolean().catch(true),
  fromFields: (fields) => fields["maskNumbers"] !== undefined,
  invalidate: () => revalidatePath("/", "layout"),
  work: async (maskNumbers, { recordEvent }) => {
    await recordEvent({ action: "settings_changed", subject: "mask_numbers", detail: { to: maskNumbers } });
    await saveMaskNumbers(maskNumbers);
    forgetOrganization();
    return { ok: true };
  },
});

/* ── Access requests and erasure ─────────────────────────────────────────────────────────────────────────────────── */

const numberInput = z.string().max(60);

/** Makes an action that counts what is stored about a number, and records that. `number` of its answer is the text as it came. */
function lookUpNumber(event: "access_previewed" | "erasure_previewed") {
  return action({
    ...PRIVACY,
    input: numberInput,
    fromFields: (fields) => fields["number"],
    invalid: "notNumber",
    work: async (text, { recordEvent }) => {
      const number = parseSoughtNumber(text);
      if (number === null) {
        return refuse("notNumber");
      }
      const preview = await previewErasure(number);
      await recordEvent({ action: event, subject: number.masked, rowCount: preview.calls });
      return { ok: true, number: text, masked: number.masked, preview };
    },
  });
}

export const lookUpHeldData = lookUpNumber("access_previewed");
export const previewNumberErasure = lookUpNumber("erasure_previewed");

/**
 * Starts an erasure, which cannot be undone. The page shows its progress. `deleteUnreadable`: also delete stored bodies that nobody can
 * read.
 */
export const beginErasure = action({
  ...PRIVACY,
  input: z.object({ number: numberInput, deleteUnreadable: z.boolean() }),
  fromFields: ({ number, deleteUnreadable }) => ({ number, deleteUnreadable: deleteUnreadable !== undefined }),
  invalid: "notNumber",
  invalidate: invalidatePage,
  work: async ({ number: text, deleteUnreadable }, { user, recordEvent }) => {
    const number = parseSoughtNumber(text);
    if (number === null) {
      return refuse("notNumber");
    }
    await recordEvent({ action: "erasure_begun", subject: number.masked });
    await startErasure(number, user.name, { deleteUnreadable });
    return { ok: true, masked: number.masked };
  },
});
