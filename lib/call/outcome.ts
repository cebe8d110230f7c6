/**
 * How a call ended, as the vendor names it (`payload.type`, `docs/sarj.md`). The set is open: an unknown outcome is stored and shown
 * verbatim, with the kind `other`. The last two are the endings of calls that were never dialled.
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
  "cancelled",
  "expired",
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** Decides colour, icon and label. An unknown outcome is `other`. */
export const OUTCOME_KINDS = [...OUTCOMES, "other"] as const;

export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

const known: ReadonlySet<string> = new Set(OUTCOMES);

export function isOutcome(type: string): type is Outcome {
  return known.has(type);
}

/** The kind of a verbatim `payload.type`. An unknown type is `other`, and so is null, which means that no webhook was received. */
export function outcomeKind(type: string | null): OutcomeKind {
  return type !== null && isOutcome(type) ? type : "other";
}

/**
 * The endings of a booked call or pending retry that was called off before it was dialled. Such a call belongs in no rate. An unknown
 * outcome counts as a dial.
 */
const NEVER_DIALLED_OUTCOMES = ["cancelled", "expired"] as const satisfies readonly Outcome[];

/** Whether the outcome says that the call was never dialled. */
export function isNeverDialled(type: string | null): boolean {
  return type !== null && (NEVER_DIALLED_OUTCOMES as readonly string[]).includes(type);
}

/** Names in lucide's icon set, all different, so that no outcome is recognized by its colour alone. */
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
  cancelled: "calendar-x",
  expired: "calendar-clock",
  other: "circle-question-mark",
} as const satisfies Record<OutcomeKind, string>;

/** The `<slug>` in an outcome's CSS variables: `--outcome-<slug>`, `--outcome-<slug>-soft`, `--outcome-<slug>-text`. */
export function outcomeSlug(kind: OutcomeKind): string {
  return kind === "complete" ? "completed" : kind.replaceAll("_", "-");
}

/** The solid colour of an outcome, for chart segments and dots: a CSS `var()` that follows the theme. */
export function outcomeColor(kind: OutcomeKind): string {
  return `var(--outcome-${outcomeSlug(kind)})`;
}
