import { z } from "zod";

import type { CallFilter } from "@/lib/call/filter";
import { callFilterParams } from "@/lib/call/filter-params";

/** What is written down: who got in, who heard, saw or took personal data, who changed what others rely on. */
export const AUDIT_ACTIONS = [
  "sign_in",
  "sign_in_failed",
  "sign_out",
  "recording_listened",
  "recording_downloaded",
  "number_revealed",
  "calls_exported",
  "audit_exported",
  "delivery_viewed",
  "delivery_replayed",
  "import_started",
  "import_cancelled",
  "settings_changed",
  "secret_revealed",
  "test_call_sent",
  "user_invited",
  "user_joined",
  "user_changed",
  "user_deactivated",
  "user_reactivated",
  "password_reset",
  "second_factor_changed",
  "sessions_ended",
  "call_marked",
  "retention_changed",
  "retention_run",
  "erasure_previewed",
  "erasure_begun",
  "erased",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export function isAuditAction(value: string): value is AuditAction {
  return AUDIT_ACTIONS.some((action) => action === value);
}

/**
 * Details of an event: short, flat, and without personal data of callers. The log refuses changes, so what gets in cannot
 * be erased with the call that it is about.
 */
export type AuditDetail = Record<string, string | number | boolean | null>;

const LONG_DIGITS = /[\d٠-٩۰-۹][\d٠-٩۰-۹\s().-]{3,}[\d٠-٩۰-۹]/g;

/** A text without runs of five and more digits: phone numbers are not written into a log that refuses erasure. */
export function withoutNumbers(text: string): string {
  return text.replaceAll(LONG_DIGITS, "…");
}

/** The filter of a list or an export as the log keeps it: its parameters, with phone numbers left out. */
export function auditFilter(filter: CallFilter): AuditDetail {
  const detail: AuditDetail = {};
  for (const [name, value] of callFilterParams(filter)) {
    detail[name] = name === "phone" ? "…" : name === "q" ? withoutNumbers(value) : value.slice(0, 500);
  }
  return detail;
}

export const auditDetailSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
