import { z } from "zod";

import type { CallFilter } from "@/lib/call/filter";
import { callFilterParams } from "@/lib/call/filter-params";
import { maskNumbersIn } from "@/lib/phone/mask";

/** The actions in the audit log: sign-ins, access to personal data, and changes of settings and users. */
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
  "api_answer_viewed",
  "delivery_replayed",
  "data_reinterpreted",
  "damaged_delivery_retried",
  "damaged_delivery_deleted",
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
  "single_sign_on_changed",
  "sessions_ended",
  "device_forgotten",
  "call_marked",
  "retention_changed",
  "retention_run",
  "audit_rule_changed",
  "audit_pruned",
  "access_previewed",
  "access_given",
  "erasure_previewed",
  "erasure_begun",
  "erased",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export function isAuditAction(value: string): value is AuditAction {
  return AUDIT_ACTIONS.some((action) => action === value);
}

/** The details of an event: short, flat, and without callers' personal data, because the append-only log is not erased with the call. */
export type AuditDetail = Record<string, string | number | boolean | null>;

/** Checks a stored `detail`. */
export const auditDetailSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** Converts the filter of an export to the details of its event: the URL parameters, without phone numbers. */
export function callFilterDetail(filter: CallFilter): AuditDetail {
  const detail: AuditDetail = {};
  for (const [name, value] of callFilterParams(filter)) {
    const short = value.slice(0, 500);
    detail[name] =
      name === "phone"
        ? "…"
        : name === "q"
          ? withoutNumbers(short)
          : name === "contact"
            ? short
            : maskNumbersIn(short, null);
  }
  return detail;
}

const LONG_DIGITS = /[\d٠-٩۰-۹][\d٠-٩۰-۹\s().-]{3,}[\d٠-٩۰-۹]/g;

/** Replaces runs of five or more digits and separators, which may be phone numbers. */
function withoutNumbers(text: string): string {
  return maskNumbersIn(text.replaceAll(LONG_DIGITS, "…"), null);
}
