"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";

import { countPrunable, saveAuditDays } from "@/db/privacy/audit-rule";
import { MAX_AUDIT_DAYS, MIN_AUDIT_DAYS } from "@/lib/privacy/audit-rule";
import { requestAddress } from "@/server/audit";
import { action } from "@/server/auth/action";
import { purge } from "@/server/jobs/purge";

const PURGE_BUDGET_MS = 5000;

const days = z
  .string()
  .trim()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .pipe(z.int().min(MIN_AUDIT_DAYS).max(MAX_AUDIT_DAYS));

/** The text of the field as it came, and what it means: null keeps the events forever. */
const ruleInput = z
  .string()
  .max(100)
  .transform((text, context): { text: string; days: number | null } => {
    if (text.trim() === "") {
      return { text, days: null };
    }
    const parsed = days.safeParse(text);
    if (!parsed.success) {
      context.addIssue({ code: "custom" });
      return z.NEVER;
    }
    return { text, days: parsed.data };
  });

const RULE = {
  role: "administrator",
  failure: "audit_rule_failed",
  input: ruleInput,
  invalid: "notDays",
  fromFields: (fields: Record<string, unknown>) => fields["auditDays"],
} as const;

/** Counts the events that this rule would delete if it were applied now. */
export const previewAuditRule = action({
  ...RULE,
  work: async ({ text, days: kept }) => ({
    ok: true as const,
    text,
    days: kept,
    count: kept === null ? 0 : await countPrunable(kept),
  }),
});

/** Saves how long the events are kept, and starts deleting, for a few seconds; the hourly job deletes the rest. */
export const applyAuditRule = action({
  ...RULE,
  invalidate: () => revalidatePath("/settings/audit"),
  work: async ({ days: kept }, { user }) => {
    const sourceIp = await requestAddress();
    await saveAuditDays(kept, { actor: { id: user.id, name: user.name, email: user.email }, sourceIp });
    if (kept !== null) {
      await purge(null, PURGE_BUDGET_MS);
    }
    return { ok: true as const };
  },
});
