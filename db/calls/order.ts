import { asc, desc, sql, type SQL } from "drizzle-orm";

import { calls, type Call } from "@/db/schema/calls";
import type { CallListView, CallSort, Cursor } from "@/lib/call/filter";

import { longestFirst, shortestFirst } from "./conditions";

/** A cursor of another order may be read by this one: out of place, but not out of range. */
const MAX_INTEGER = 2_147_483_647;

const KEYS: Record<CallSort, SQL | typeof calls.occurredAt> = {
  time: calls.occurredAt,
  "-time": calls.occurredAt,
  duration: shortestFirst,
  "-duration": longestFirst,
};

/**
 * A keyset over `calls`: the sort's key, then the call's id as the tie-breaker. `beyond` is what lies on the wanted side of the
 * cursor; for the side before it the order is turned around, and the caller turns the rows back.
 */
export function keyset(sort: CallSort, cursor: Cursor | null): { beyond: SQL | undefined; orderBy: SQL[] } {
  const key = KEYS[sort];
  const isDescending = sort.startsWith("-") !== (cursor?.side === "before");
  const direction = isDescending ? desc : asc;
  return {
    beyond:
      cursor === null
        ? undefined
        : sql`(${key}, ${calls.callId}) ${isDescending ? sql`<` : sql`>`} (${keyValue(sort, cursor.value)}, ${cursor.callId})`,
    orderBy: [direction(key), direction(calls.callId)],
  };
}

/** The place of a row in a list sorted so. */
export function cursorAt(
  side: Cursor["side"],
  row: Pick<Call, "callId" | "occurredAt" | "durationSeconds">,
  sort: CallListView["sort"],
): Cursor {
  const unknown = sort === "duration" ? MAX_INTEGER : -1;
  const value = sort.endsWith("time") ? row.occurredAt.getTime() : (row.durationSeconds ?? unknown);
  return { side, value, callId: row.callId };
}

function keyValue(sort: CallSort, value: number): SQL {
  return sort.endsWith("time")
    ? sql`${new Date(value).toISOString()}::timestamptz`
    : sql`${Math.min(value, MAX_INTEGER)}::integer`;
}
