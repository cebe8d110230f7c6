import { sql } from "drizzle-orm";

import { instantOf, type KeysetOrder } from "@/db/keyset";
import { calls, type Call } from "@/db/schema/calls";
import type { CallSort } from "@/lib/call/list-view";

const MAX_INTEGER = 2_147_483_647;

/**
 * The sort keys for durations, as in the indexes `calls_duration_idx` and `calls_shortest_idx`. Calls without a duration come last in both
 * orders.
 */
export const longestFirst = sql<number>`coalesce(${calls.durationSeconds}, -1)`;
const shortestFirst = sql<number>`coalesce(${calls.durationSeconds}, 2147483647)`;

type SortedCall = Pick<Call, "callId" | "occurredAt" | "durationSeconds">;

/** The order of a list of calls. Calls with the same time or duration are ordered by their ids. */
export function callOrder(sort: CallSort): KeysetOrder<SortedCall> {
  const common = { id: calls.callId, isDescending: sort.startsWith("-"), idOf: (id: string) => sql`${id}` };
  if (sort === "time" || sort === "-time") {
    return {
      ...common,
      key: calls.occurredAt,
      keyOf: instantOf,
      placeOf: (call) => ({ value: call.occurredAt.getTime(), id: call.callId }),
    };
  }
  const unknown = sort === "duration" ? MAX_INTEGER : -1;
  return {
    ...common,
    key: sort === "duration" ? shortestFirst : longestFirst,
    // The cursor may come from a list sorted by time. Its position is then meaningless, but the query must not fail.
    keyOf: (seconds) => sql`${Math.min(seconds, MAX_INTEGER)}::integer`,
    placeOf: (call) => ({ value: call.durationSeconds ?? unknown, id: call.callId }),
  };
}
