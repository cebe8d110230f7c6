/**
 * How a call ended, in the vendor's words (`payload.type`). The set is open: three of these eight endings beside `complete`
 * are not in the vendor's documentation, and any new one is stored and shown as it came, under the kind `other`.
 */
export const OUTCOMES = [
  "complete",
  "no_answer",
  "user_rejected",
  "user_unavailable",
  "automation",
  "failed",
  "rejected_by_carrier",
  "invalid_number",
  "sip_trunk_failure",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** What decides colour, icon and label. Everything unknown is `other`. */
export const OUTCOME_KINDS = [...OUTCOMES, "other"] as const;

export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

const known: ReadonlySet<string> = new Set(OUTCOMES);

export function isOutcome(type: string): type is Outcome {
  return known.has(type);
}

/** The kind of a verbatim `payload.type`. Total: any string has one, and so has `null` (a call that never had a webhook). */
export function outcomeKind(type: string | null): OutcomeKind {
  return type !== null && isOutcome(type) ? type : "other";
}

/** The outcomes that say that the customer was reached. The numerator of every reach rate. */
export const REACHED_OUTCOMES = ["complete"] as const satisfies readonly Outcome[];

/** Did the call reach the customer? By the vendor's word alone: the goal is a separate fact. */
export function isReached(type: string | null): boolean {
  return type !== null && (REACHED_OUTCOMES as readonly string[]).includes(type);
}

/** Names in lucide's icon set. Each is distinct, so that an outcome never depends on colour alone. */
export const OUTCOME_ICONS = {
  complete: "phone-call",
  no_answer: "phone-missed",
  user_rejected: "phone-off",
  user_unavailable: "wifi-off",
  automation: "voicemail",
  failed: "circle-x",
  rejected_by_carrier: "ban",
  invalid_number: "hash",
  sip_trunk_failure: "unplug",
  other: "circle-question-mark",
} as const satisfies Record<OutcomeKind, string>;

/** The part of the CSS tokens' names: `--outcome-<slug>`, `--outcome-<slug>-soft`, `--outcome-<slug>-text`. */
export function outcomeSlug(kind: OutcomeKind): string {
  return kind === "complete" ? "completed" : kind.replaceAll("_", "-");
}

/** The solid colour of an outcome, for chart segments and dots: a CSS `var()` that follows the theme. */
export function outcomeColor(kind: OutcomeKind): string {
  return `var(--outcome-${outcomeSlug(kind)})`;
}
