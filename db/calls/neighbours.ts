import { contactOrder, listContacts } from "@/db/contacts/list";
import { cursorBeside } from "@/db/keyset";
import type { Call } from "@/db/schema/calls";
import type { Contact } from "@/db/schema/contacts";
import type { CallFilter } from "@/lib/call/filter";
import type { CallSort } from "@/lib/call/list-view";
import type { Cursor } from "@/lib/url/cursor";

import { listCalls } from "./list";
import { callOrder } from "./order";

/** The ids of the calls before and after a call in a list; null at the ends of the list. */
export type Neighbours = { previous: string | null; next: string | null };

/**
 * Reads the calls before and after a call in the list with this filter and order. The call itself need not be in the list: it may have
 * been reviewed since, for example.
 */
export async function readNeighbours(
  call: Pick<Call, "callId" | "occurredAt" | "durationSeconds">,
  filter: CallFilter,
  sort: CallSort,
): Promise<Neighbours> {
  return neighboursOf(async (side) => {
    const cursor = cursorBeside(callOrder(sort), side, call);
    const { rows } = await listCalls(filter, { sort, cursor, perPage: 1 });
    return rows[0]?.callId ?? null;
  });
}

/** The same in a list of contacts: the last calls of the contacts before and after the call's contact. */
export async function readContactNeighbours(
  contact: Pick<Contact, "contactId" | "lastAt">,
  filter: CallFilter,
  sort: CallSort,
): Promise<Neighbours> {
  return neighboursOf(async (side) => {
    const cursor = cursorBeside(contactOrder(sort), side, contact);
    const { rows } = await listContacts(filter, { sort, cursor, perPage: 1 });
    return rows[0]?.lastCallId ?? null;
  });
}

async function neighboursOf(nearest: (side: Cursor["side"]) => Promise<string | null>): Promise<Neighbours> {
  const [previous, next] = await Promise.all([nearest("before"), nearest("after")]);
  return { previous, next };
}
