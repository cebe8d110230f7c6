import { QUARANTINE_REASONS, type QuarantineReason } from "@/lib/sarj/interpret";

const known: ReadonlySet<string> = new Set(QUARANTINE_REASONS);

/** Whether a stored reason is one that the catalogues have words for: an older version may have known others. */
export function isKnownReason(reason: string | null): reason is QuarantineReason {
  return reason !== null && known.has(reason);
}
