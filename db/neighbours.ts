import { and, asc, desc, sql, type SQL } from "drizzle-orm";

import type { CallFilter, CallListView } from "@/lib/call-filter";

import { callConditions } from "./call-conditions";
import { replica } from "./client";
import { calls, type Call } from "./schema";

/** The calls on both sides of one in a filtered list; null at its ends. */
export type Neighbours = { previous: string | null; next: string | null };

/**
 * Who stands before and after a call in the list that `filter` and `sort` make, by keyset as the list itself: also for a
 * call that the filter no longer finds, because it was reviewed meanwhile.
 */
export async function readNeighbours(
  call: Pick<Call, "callId" | "occurredAt" | "durationSeconds">,
  filter: CallFilter,
  sort: CallListView["sort"],
): Promise<Neighbours> {
  const isByTime = sort.endsWith("time");
  const key = isByTime ? sql`${calls.occurredAt}` : sql`coalesce(${calls.durationSeconds}, -1)`;
  const value = isByTime
    ? sql`${call.occurredAt.toISOString()}::timestamptz`
    : sql`${call.durationSeconds ?? -1}::integer`;

  const nearest = async (comparison: SQL, order: typeof asc) => {
    const [row] = await replica
      .select({ callId: calls.callId })
      .from(calls)
      .where(and(callConditions(filter), sql`(${key}, ${calls.callId}) ${comparison} (${value}, ${call.callId})`))
      .orderBy(order(key), order(calls.callId))
      .limit(1);
    return row?.callId ?? null;
  };
  const [above, below] = await Promise.all([nearest(sql`>`, asc), nearest(sql`<`, desc)]);
  return sort.startsWith("-") ? { previous: above, next: below } : { previous: below, next: above };
}
