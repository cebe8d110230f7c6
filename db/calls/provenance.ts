import { isDeepStrictEqual } from "node:util";

import type { CallDetails } from "@/db/schema/calls";
import type { CallFacts } from "@/lib/call/facts";

import { rankFacts, sourceKind, type Fact, webhookRank } from "./merge";

/**
 * Compares a delivery's fields with what its call holds today, and names the source of each held value. The merge keeps no
 * history, so some sources are unknown.
 */

type SaidField = keyof CallFacts;

export type Standing = {
  field: Exclude<SaidField, "recordingExpiresAt">;
  /** The delivery's value. */
  said: unknown;
  /** The call's value; undefined if it has none. */
  held: unknown;
  /**
   * `held`: the call's value comes from this delivery. `agreed`: it is the same value, from a source that ranks at least as
   * high. `overridden`: it is another value, from a source that ranks higher or was first. `absent`: the call has no value,
   * because the delivery was not applied or the data was erased.
   */
  standing: "held" | "agreed" | "overridden" | "absent";
  /** Where the call's value comes from; null if from this delivery. `deliveryIds` is empty where the delivery is unknown. */
  source: { kind: ReturnType<typeof sourceKind>; deliveryIds: string[] } | null;
};

/** A delivery of the call as it is interpreted today. */
export type InterpretedDelivery = { id: string; facts: CallFacts };

const WIDE_COLUMNS = {
  transcript: "transcript",
  corrections: "corrections",
  report: "report",
  responseBody: "responseBody",
  variables: "variables",
  recordingUrl: "recordingUrl",
} as const satisfies Partial<Record<SaidField, keyof CallDetails>>;

/**
 * The standing of each field that the delivery has.
 *
 * @param details the stored call; null if there is none
 * @param siblings the other deliveries of the call that could be interpreted
 */
export function standings(
  delivery: InterpretedDelivery,
  details: Pick<CallDetails, "facts" | (typeof WIDE_COLUMNS)[keyof typeof WIDE_COLUMNS]> | null,
  siblings: readonly InterpretedDelivery[],
): Standing[] {
  const held = (details?.facts ?? {}) as Record<string, Fact>;
  const others = siblings.map((sibling) => ({ id: sibling.id, facts: sibling.facts, ranked: rankOf(sibling) }));
  const list: Standing[] = [];
  for (const [name, said] of Object.entries(rankOf(delivery))) {
    const field = name as Standing["field"];
    const fact = held[field];
    const value = heldValue(field, fact, details);
    const found = standingOf(delivery, field, said, fact, value, others);
    list.push({ field, said: delivery.facts[field], held: found.standing === "absent" ? undefined : value, ...found });
  }
  return list;
}

type Other = InterpretedDelivery & { ranked: Record<string, Fact> };

function standingOf(
  delivery: InterpretedDelivery,
  field: Standing["field"],
  said: Fact,
  fact: Fact | undefined,
  value: unknown,
  others: readonly Other[],
): Pick<Standing, "standing" | "source"> {
  if (fact === undefined || value === null || value === undefined) {
    return { standing: "absent", source: null };
  }
  const isEqual = isSame(delivery.facts[field], value);
  const rivals = others.filter((other) => other.ranked[field]?.k === fact.k && isSame(other.facts[field], value));
  const isOwn = fact.d === undefined ? fact.k === said.k && isEqual && rivals.length === 0 : fact.d === delivery.id;
  if (isOwn) {
    return { standing: "held", source: null };
  }
  const kind = field === "recordingUrl" ? kindOfRecording(rivals.length) : sourceKind(fact.k);
  const deliveryIds = fact.d === undefined ? rivals.map(({ id }) => id) : [fact.d];
  return { standing: isEqual ? "agreed" : "overridden", source: { kind, deliveryIds } };
}

function rankOf({ facts }: InterpretedDelivery): Record<string, Fact> {
  return rankFacts(facts, webhookRank(facts));
}

/** A recording is ranked by its URL's expiry, which says nothing about the source. If no delivery has it, it is the API's. */
function kindOfRecording(deliveries: number) {
  return deliveries === 0 ? "api" : "complete";
}

function heldValue(field: string, fact: Fact | undefined, details: Partial<CallDetails> | null): unknown {
  return field in WIDE_COLUMNS ? details?.[WIDE_COLUMNS[field as keyof typeof WIDE_COLUMNS]] : fact?.v;
}

function isSame(said: unknown, held: unknown): boolean {
  return isDeepStrictEqual(said instanceof Date ? said.toISOString() : said, held);
}
