/**
 * Why a delivery is quarantined. `deliveries.reason` stores these codes and the message catalogues translate them. Apart from
 * `interpret.ts`, because client components use them and `interpret.ts` needs Node.
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
  "type_missing",
  "unexpected_address",
  /** Postgres refused the content of a body that was understood. Another attempt would fail the same way. */
  "not_storable",
] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** Older versions may have stored reasons that this one does not know. */
export function isQuarantineReason(reason: string | null): reason is QuarantineReason {
  return QUARANTINE_REASONS.some((known) => known === reason);
}
