import type { Call } from "@/db/schema/calls";
import { encodeCursor, type CallFilter, type CallListView, type Cursor } from "@/lib/call/filter";

import { listCalls } from "./list";

/** The calls on both sides of one in a filtered list; null at its ends. */
export type Neighbours = { previous: string | null; next: string | null };

/**
 * Who stands before and after a call in the list that `filter` and `sort` make: the list itself is asked, for one row on
 * either side. It works too for a call that the filter no longer finds, because it was reviewed meanwhile.
 */
export async function readNeighbours(
  call: Pick<Call, "callId" | "occurredAt" | "durationSeconds">,
  filter: CallFilter,
  sort: CallListView["sort"],
): Promise<Neighbours> {
  const nearest = async (side: Cursor["side"]) => {
    const cursor = encodeCursor({ side, value: placeOf(call, sort), callId: call.callId });
    const { rows } = await listCalls(filter, { sort, cursor, perPage: 1 });
    return rows[0]?.callId ?? null;
  };
  const [previous, next] = await Promise.all([nearest("before"), nearest("after")]);
  return { previous, next };
}

/** As in the cursors of the list: a call without a duration is last in either order. */
function placeOf(call: Pick<Call, "occurredAt" | "durationSeconds">, sort: CallListView["sort"]): number {
  const unknown = sort === "duration" ? 2_147_483_647 : -1;
  return sort.endsWith("time") ? call.occurredAt.getTime() : (call.durationSeconds ?? unknown);
}
