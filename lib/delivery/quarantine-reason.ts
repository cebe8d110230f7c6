/**
 * Why a delivery is quarantined. `deliveries.reason` stores these codes and the message catalogues translate them. Not in
 * `interpret.ts`, which needs Node, because client components use them.
 */
export const QUARANTINE_REASONS = [
  "empty_body",
  "not_utf8",
  "not_json",
  "too_deep",
  "undecodable",
  "not_an_object",
  "call_id_missing",
  "call_id_not_text",
  "call_id_too_long",
  "call_id_mismatch",
  "payload_missing",
  "payload_unknown_form",
  "type_missing",
  "unexpected_address",
  /** Postgres refused the content of an understood body, or the delivery blocked the spool: see `server/jobs/drain.ts`. */
  "not_storable",
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Whether this version knows the reason. Other versions of Callboard may have stored other reasons. */
export function isQuarantineReason(reason: string | null): reason is QuarantineReason {
  return QUARANTINE_REASONS.some((known) => known === reason);
}
