import { type Fact, rankFacts, weakFields, weakRank, webhookRank } from "@/db/calls/merge";
import type { CallDetails } from "@/db/schema/calls";
import { customerNameOf } from "@/lib/call/customer-name";
import type { CallFacts, Json, JsonObject, TranscriptMessage } from "@/lib/call/facts";
import { judgedCriteria, reportGoal } from "@/lib/call/report";
import { isSilent } from "@/lib/text/silence";
import { isSilentMessage } from "@/lib/transcript/messages";

/**
 * Which of a call's stored facts are removed before its bodies are merged again. A fact does not name its source, but its rank (`k`) tells
 * which sources it can have come from. A fact whose body was deleted stays.
 */

/** A stored body, as the rules of today read it. */
export type Source = {
  /** The id of the delivery; null for an answer of the API. */
  deliveryId: string | null;
  facts: CallFacts;
  rank: number;
  receivedAt: Date;
};

/** The columns of `call_details` that contain facts, and whether a fact has one. */
const WIDE_COLUMNS = {
  transcript: "transcript",
  corrections: "corrections",
  report: "report",
  responseBody: "responseBody",
  variables: "variables",
  recordingUrl: "recordingUrl",
  permanentRecordingUrl: "permanentRecordingUrl",
} as const satisfies Partial<Record<keyof CallFacts, keyof CallDetails>>;

type WideField = keyof typeof WIDE_COLUMNS;
export type StoredFacts = Pick<CallDetails, "facts" | WideField>;
type Facts = Record<string, Fact>;

/**
 * The stored facts that stay, as today's rules would store them. A fact is removed if
 *
 * - it says nothing by the rules of today (`isSilent`), whatever its source was;
 * - it came from one of the sources, by its rank. If other bodies of the call may have been deleted, the rank alone proves nothing, and the fact
 *   is only removed if the sources contain it with the same rank or a higher one;
 * - it is a recording's URL that a source contains, because its rank is its expiry.
 *
 * @param isComplete whether all bodies of the call's webhooks are among the sources
 */
export function factsToKeep(stored: StoredFacts, sources: readonly Source[], isComplete: boolean): Facts {
  const ranked = sources.map((source) => ({ ...source, ranked: rankFacts(source.facts, source.rank) }));
  const kept: Facts = {};
  for (const [field, fact] of Object.entries(stored.facts as Facts)) {
    const value = valueOf(stored, field, fact);
    if (!saysNothing(field, value) && !isOutdated(field, fact, value, ranked, isComplete)) {
      kept[field] = todaysFact(field, fact, value);
    }
  }
  return kept;
}

/** What the merge of `kept` and of the sources, in their order, gives: the facts, and the values of the wide columns. */
export function mergedFacts(
  stored: StoredFacts,
  kept: Facts,
  sources: readonly Source[],
): { facts: Facts; wide: Partial<Record<WideField, unknown>> } {
  const facts = { ...kept };
  const wide = Object.fromEntries(
    wideFields.map((field) => [field, field in kept ? stored[WIDE_COLUMNS[field]] : null]),
  ) as Partial<Record<WideField, unknown>>;
  for (const source of sources) {
    for (const [field, fact] of Object.entries(rankFacts(source.facts, source.rank))) {
      if (fact.k > (facts[field]?.k ?? -1)) {
        facts[field] = field === "outcome" && source.deliveryId !== null ? { ...fact, d: source.deliveryId } : fact;
        if (isWide(field)) {
          wide[field] = source.facts[field];
        }
      }
    }
  }
  return { facts, wide };
}

/**
 * Whether the merge gives less than what was stored, so that a value of the API may have been overwritten by one that says nothing. Only
 * fields that the API has matter.
 */
export function isAnythingLost(before: Facts, after: Facts): boolean {
  return Object.entries(before).some(([field, { k }]) => {
    const rank = after[field]?.k ?? -1;
    return !NOT_IN_API.has(field) && (rank === -1 || (isWeak(rank) && !isWeak(k)));
  });
}

/** The fields with a column of `call_details`. */
export const wideFields = Object.keys(WIDE_COLUMNS) as WideField[];

/** The fields that no answer of the API contains. */
const NOT_IN_API: ReadonlySet<string> = new Set(["outcome", "interactionType", "responseBody", "corrections"]);

function isOutdated(
  field: string,
  fact: Fact,
  value: unknown,
  sources: readonly (Source & { ranked: Facts })[],
  isComplete: boolean,
): boolean {
  if (field === "recordingUrl") {
    return sources.some(({ facts }) => facts.recordingUrl === value);
  }
  if (fact.d !== undefined) {
    return sources.some(({ deliveryId }) => deliveryId === fact.d);
  }
  // Every answer of the API gives its weak facts the same rank, and only the newest answers are kept.
  const isProof = isComplete && fact.k !== weakRank(0);
  const isOfSource = isProof && sources.some((source) => possibleRanks(source).includes(fact.k));
  return isOfSource || sources.some(({ ranked }) => (ranked[field]?.k ?? -1) >= fact.k);
}

/** The ranks of facts from this source: today's; that of earlier rules, which could not read its `ended_at`; and that of weak facts. */
function possibleRanks({ deliveryId, facts, rank }: Source): number[] {
  const withoutEnd = deliveryId === null ? [] : [webhookRank({ outcome: facts.outcome, endedAt: null })];
  return [rank, ...withoutEnd, weakRank(rank)];
}

function saysNothing(field: string, value: unknown): boolean {
  if (field === "nextRetryAt") {
    // Null is a value here: no dial is coming.
    return false;
  }
  return field === "transcript"
    ? !Array.isArray(value) || (value as TranscriptMessage[]).every(isSilentMessage)
    : isSilent(value as Json);
}

/** The same fact, with the rank and the derived values that today's rules would give it. */
function todaysFact(field: string, fact: Fact, value: unknown): Fact {
  const isLittle =
    weakFields({ durationSeconds: null, transcript: null, report: null, [field]: value }).includes(
      field as keyof CallFacts,
    ) && !isWeak(fact.k);
  const k = isLittle ? weakRank(fact.k) : fact.k;
  switch (field) {
    case "variables":
      return { ...fact, k, v: customerNameOf(value as JsonObject) };
    case "report":
      return { ...fact, k, v: { goal: reportGoal(value as Json), criteria: judgedCriteria(value as Json) } };
    default:
      return { ...fact, k };
  }
}

function isWeak(rank: number): boolean {
  return rank === weakRank(rank);
}

function valueOf(stored: StoredFacts, field: string, fact: Fact): unknown {
  return isWide(field) ? stored[WIDE_COLUMNS[field]] : fact.v;
}

function isWide(field: string): field is WideField {
  return field in WIDE_COLUMNS;
}
