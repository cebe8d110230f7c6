import { and, asc, eq, exists, gte, inArray, lt, or, sql, type SQL } from "drizzle-orm";

import { type BoundedCount, countRows } from "@/db/bounded-count";
import { callConditions, hasState } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { instantOf, type KeysetOrder, type Page, type PageQuery, readPage } from "@/db/keyset";
import { calls } from "@/db/schema/calls";
import { type Contact, contacts } from "@/db/schema/contacts";
import type { CallFilter } from "@/lib/call/filter";
import type { CallSort, PageView } from "@/lib/call/list-view";

/**
 * Contacts, under the same filter as calls: a contact is listed if one of its calls meets all conditions of the filter. So the list shows the
 * contacts of exactly the calls that `listCalls` shows.
 */

/** A call in the trail of a contact. */
export type TrailCall = Awaited<ReturnType<typeof readTrails>>[number];

/** A contact with the earliest calls of its group, in the order of the attempts, and its last call. */
export type ListedContact = Contact & { trail: TrailCall[]; callCount: number };

/** A contact of more calls shows this many calls in a list: its first ones and its last one. On the page of a call, it shows more. */
const MAX_LISTED_TRAIL = 12;
const MAX_TRAIL = 200;

/** Reads one page of the contacts that the filter selects, ordered by the time of their last call. */
export async function listContacts(filter: CallFilter, view: PageView): Promise<Page<ListedContact>> {
  const conditions = await contactConditions(filter);
  const page = await readPage(contactOrder(view.sort), view, (query) => selectContacts(conditions, query));
  const trails = Map.groupBy(
    await readTrails(
      page.rows.map((row) => row.contactId),
      MAX_LISTED_TRAIL,
    ),
    (call) => call.contactId,
  );
  const rows = page.rows.map((row) => {
    const trail = trails.get(row.contactId) ?? [];
    return { ...row, trail, callCount: trail[0]?.callCount ?? 0 };
  });
  return { ...page, rows };
}

/** Counts the contacts that the filter selects, exactly up to `COUNT_BOUND`. */
export async function countContacts(filter: CallFilter): Promise<BoundedCount> {
  return countRows(contacts, await contactConditions(filter));
}

/** The order of a list of contacts. Contacts have no duration, so a list sorted by duration is sorted by time, the latest first. */
export function contactOrder(sort: CallSort): KeysetOrder<Pick<Contact, "contactId" | "lastAt">> {
  return {
    key: contacts.lastAt,
    id: contacts.contactId,
    isDescending: sort !== "time",
    keyOf: instantOf,
    idOf: (id) => sql`${id}`,
    placeOf: ({ lastAt, contactId }) => ({ value: lastAt.getTime(), id: contactId }),
  };
}

/** A `CallFilter` as a condition on `contacts`. */
export async function contactConditions(filter: CallFilter): Promise<SQL | undefined> {
  const { contact, state, from, to } = filter;
  const ofCall = await callConditions({ ...filter, contact: null, state: [] });
  return and(
    contact === null ? undefined : eq(contacts.contactId, contact),
    state.length === 0 ? undefined : hasState(state),
    // Each follows from the condition on the calls, and lets Postgres begin and end in the index.
    from === null ? undefined : gte(contacts.lastAt, from.at),
    to === null ? undefined : lt(contacts.firstAt, to.at),
    ofCall === undefined
      ? undefined
      : exists(
          replica
            .select({ one: sql`1` })
            .from(calls)
            .where(and(eq(calls.contactId, contacts.contactId), ofCall)),
        ),
  );
}

function selectContacts(conditions: SQL | undefined, { beyond, orderBy, limit }: PageQuery) {
  return replica
    .select()
    .from(contacts)
    .where(and(conditions, beyond))
    .orderBy(...orderBy)
    .limit(limit);
}

/** The columns of a call in a trail. */
const TRAIL_COLUMNS = {
  contactId: calls.contactId,
  callId: calls.callId,
  attempt: calls.attempt,
  outcome: calls.outcome,
  status: calls.status,
  dialResult: calls.dialResult,
  goal: calls.goal,
  occurredAt: calls.occurredAt,
  customerName: calls.customerName,
  phoneNumber: calls.phoneNumber,
  scenarioId: calls.scenarioId,
  language: calls.language,
  direction: calls.direction,
  hasRecording: calls.hasRecording,
  reviewedAt: calls.reviewedAt,
  isTest: calls.isTest,
  enrichmentState: calls.enrichmentState,
};

/** The order of the calls of a contact, as in the function `computed_contact`. */
const place = sql`coalesce(${calls.attempt}, case when ${calls.rootCallId} <> ${calls.callId} then 2 else 1 end)`;
const toldAt = sql`coalesce(${calls.startedAt}, ${calls.scheduledAt}, ${calls.createdAt}, ${calls.endedAt})`;

/** The first calls of each contact and its last one, in the order of the attempts. */
function readTrails(contactIds: readonly string[], maxCalls: number, alsoCallId: string | null = null) {
  const ranked = replica
    .select({
      ...TRAIL_COLUMNS,
      index:
        sql<number>`row_number() over (partition by ${calls.contactId} order by ${place}, ${toldAt} nulls first, ${calls.callId})::integer`.as(
          "index",
        ),
      callCount: sql<number>`count(*) over (partition by ${calls.contactId})::integer`.as("call_count"),
    })
    .from(calls)
    .where(inArray(calls.contactId, [...contactIds]))
    .as("ranked");
  return replica
    .select()
    .from(ranked)
    .where(
      or(
        sql`${ranked.index} < ${maxCalls}`,
        sql`${ranked.index} = ${ranked.callCount}`,
        alsoCallId === null ? undefined : eq(ranked.callId, alsoCallId),
      ),
    )
    .orderBy(asc(ranked.contactId), asc(ranked.index));
}

/**
 * Reads the contact of a call, for the call's page: with the first 200 calls of the group, its last one, and the call itself. Null for an
 * unknown id.
 */
export async function readContact({
  contactId,
  callId,
}: Pick<TrailCall, "contactId" | "callId">): Promise<ListedContact | null> {
  const [[contact], trail] = await Promise.all([
    replica.select().from(contacts).where(eq(contacts.contactId, contactId)).limit(1),
    readTrails([contactId], MAX_TRAIL, callId),
  ]);
  return contact === undefined ? null : { ...contact, trail, callCount: trail[0]?.callCount ?? 0 };
}
