import { isDeepStrictEqual } from "node:util";

import type { CallDetails } from "@/db/schema/calls";
import type { CallFacts } from "@/lib/call/facts";

import { rankFacts, sourceKind, type Fact, webhookRank } from "./merge";

/**
 * Compares each field of a delivery with the stored call, and names the source of the stored value. The merge keeps no history, so some
 * sources are unknown.
 */

type FactField = keyof CallFacts;

export type Comparison = {
  field: Exclude<FactField, "recordingExpiresAt">;
  /** The delivery's value. */
  delivered: unknown;
  /** The call's value; undefined if it has none. */
  stored: unknown;
  /**
   * `held`: the call's value comes from this delivery. `agreed`: the call has the same value, from another source that ranks at least as
   * high. `overridden`: the call has another value, from a source that ranks higher or was received first. `absent`: the call has no
   * value, because the delivery was not applied or the data was erased.
   */
  result: "held" | "agreed" | "overridden" | "absent";
  /**
   * The source of the call's value; null if it is this delivery or there is no value. `deliveryIds` is empty if the delivery is unknown.
   */
  source: { kind: ReturnType<typeof sourceKind>; deliveryIds: string[] } | null;
};

/** A delivery of the call, as interpreted by the current code. */
export type InterpretedDelivery = { id: string; facts: CallFacts };

const WIDE_COLUMNS = {
  transcript: "transcript",
  corrections: "corrections",
  report: "report",
  responseBody: "responseBody",
  variables: "variables",
  recordingUrl: "recordingUrl",
} as const satisfies Partial<Record<FactField, keyof CallDetails>>;

/**
 * Compares each field that the delivery has with the stored call.
 *
 * @param details the stored call; null if it does not exist
 * @param siblings the call's other deliveries that could be interpreted
 */
export function compareWithCall(
  delivery: InterpretedDelivery,
  details: Pick<CallDetails, "facts" | (typeof WIDE_COLUMNS)[keyof typeof WIDE_COLUMNS]> | null,
  siblings: readonly InterpretedDelivery[],
): Comparison[] {
  const storedFacts = (details?.facts ?? {}) as Record<string, Fact>;
  const others = siblings.map((sibling) => ({ id: sibling.id, facts: sibling.facts, ranked: rankOf(sibling) }));
  const comparisons: Comparison[] = [];
  for (const [name, deliveredFact] of Object.entries(rankOf(delivery))) {
    const field = name as Comparison["field"];
    const storedFact = storedFacts[field];
    const value = storedValue(field, storedFact, details);
    const compared = compareField(delivery, field, deliveredFact, storedFact, value, others);
    const stored = compared.result === "absent" ? undefined : value;
    comparisons.push({ field, delivered: delivery.facts[field], stored, ...compared });
  }
  return comparisons;
}

type Other = InterpretedDelivery & { ranked: Record<string, Fact> };

function compareField(
  delivery: InterpretedDelivery,
  field: Comparison["field"],
  deliveredFact: Fact,
  storedFact: Fact | undefined,
  value: unknown,
  others: readonly Other[],
): Pick<Comparison, "result" | "source"> {
  if (storedFact === undefined || value === null || value === undefined) {
    return { result: "absent", source: null };
  }
  const isEqual = isSame(delivery.facts[field], value);
  const competing = others.filter(
    (other) => other.ranked[field]?.k === storedFact.k && isSame(other.facts[field], value),
  );
  const isOwn =
    storedFact.d === undefined
      ? storedFact.k === deliveredFact.k && isEqual && competing.length === 0
      : storedFact.d === delivery.id;
  if (isOwn) {
    return { result: "held", source: null };
  }
  const kind = field === "recordingUrl" ? recordingSourceKind(competing.length) : sourceKind(storedFact.k);
  const deliveryIds = storedFact.d === undefined ? competing.map(({ id }) => id) : [storedFact.d];
  return { result: isEqual ? "agreed" : "overridden", source: { kind, deliveryIds } };
}

function rankOf({ facts }: InterpretedDelivery): Record<string, Fact> {
  return rankFacts(facts, webhookRank(facts));
}

/** A recording's rank is its URL's expiry, so it does not identify the source. A URL that is in no delivery came from the API. */
function recordingSourceKind(deliveries: number) {
  return deliveries === 0 ? "api" : "complete";
}

function storedValue(field: string, fact: Fact | undefined, details: Partial<CallDetails> | null): unknown {
  return field in WIDE_COLUMNS ? details?.[WIDE_COLUMNS[field as keyof typeof WIDE_COLUMNS]] : fact?.v;
}

function isSame(delivered: unknown, stored: unknown): boolean {
  return isDeepStrictEqual(delivered instanceof Date ? delivered.toISOString() : delivered, stored);
}
