import { isDeepStrictEqual } from "node:util";

import type { CallDetails } from "@/db/schema/calls";
import type { CallFacts } from "@/lib/call/facts";

import { rankFacts, sourceKind, sourceRank, type Fact } from "./merge";

/**
 * What became of everything that a delivery said of its call. The merge keeps no history, so this is the standing of today: for each
 * field whether the call holds this delivery's word, and if not, whose. What cannot be told is said to be so.
 */

export type SaidField = keyof CallFacts;

export type Standing = {
  field: Exclude<SaidField, "recordingExpiresAt">;
  /** What the delivery says; for the wide fields the whole of it. */
  said: unknown;
  /** What the call holds; undefined where it holds nothing. */
  held: unknown;
  standing: /** The call holds this delivery's word. */
    | "held"
    /** It holds the same, by the word of a source at least as good. */
    | "agreed"
    /** It holds something else, of a source that is better or came first. */
    | "outdone"
    /** It holds nothing: the delivery was not applied, or the data was erased since. */
    | "absent";
  /** Whose word is held, unless it is this delivery's. `deliveryIds`: those known to say it; empty where that cannot be told. */
  source: { kind: ReturnType<typeof sourceKind>; deliveryIds: string[] } | null;
};

/** A delivery of the call as it is understood today. */
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
 * @param details the call as it is stored; null where there is none
 * @param siblings the other deliveries of the call that could be read
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
  return { standing: isEqual ? "agreed" : "outdone", source: { kind, deliveryIds } };
}

function rankOf({ facts }: InterpretedDelivery): Record<string, Fact> {
  return rankFacts(facts, sourceRank(facts.outcome === "complete" ? "complete" : "not_completed", facts.endedAt));
}

/** A recording's rank is when its URL expires: it says nothing of who gave it. Without a delivery it was the API. */
function kindOfRecording(deliveries: number) {
  return deliveries === 0 ? "api" : "complete";
}

function heldValue(field: string, fact: Fact | undefined, details: Partial<CallDetails> | null): unknown {
  return field in WIDE_COLUMNS ? details?.[WIDE_COLUMNS[field as keyof typeof WIDE_COLUMNS]] : fact?.v;
}

function isSame(said: unknown, held: unknown): boolean {
  return isDeepStrictEqual(said instanceof Date ? said.toISOString() : said, held);
}
