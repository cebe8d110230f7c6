import type { RetentionKind, RetentionRules } from "@/db/privacy/retention";

export type RetentionField = keyof RetentionRules;

export const RETENTION_FIELDS = [
  "recordingDays",
  "transcriptDays",
  "deliveryDays",
  "callDays",
] as const satisfies readonly RetentionField[];

/** The kind of data that each field's rule deletes. */
export const KIND_OF: Record<RetentionField, RetentionKind> = {
  recordingDays: "recording",
  transcriptDays: "transcript",
  deliveryDays: "delivery",
  callDays: "call",
};
