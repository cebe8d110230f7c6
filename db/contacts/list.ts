import { and, asc, eq, gte, inArray, lt, or, sql, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { type BoundedCount, boundedCount, COUNT_BOUND, countRowsOf } from "@/db/bounded-count";
import { type AccessPath, callsBy, isOnlyChecked } from "@/db/calls/access-path";
import { type ContactPath, isOnlyOfTime, pathsOfContactCount, pathsOfContacts } from "@/db/calls/choose-path";
import { callConditions, hasState } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { instantOf, type KeysetOrder, type Page, type PageQuery, readPage } from "@/db/keyset";
import { calls } from "@/db/schema/calls";
import { type Contact, contacts } from "@/db/schema/contacts";
import type { CallFilter } from "@/lib/call/filter";
import type { CallSort, PageView } from "@/lib/call/list-view";

import { type Conditions, foundBy, pageBy, theirRows } from "./access-path";

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

/**
 * Reads one page of the contacts that the filter selects, ordered by the time of their last call. `paths`: how, instead of what
 * `pathsOfContacts` chooses.
 */
export async function listContacts(
  filter: CallFilter,
  view: PageView,
  paths?: readonly ContactPath[],
): Promise<Page<ListedContact>> {
  const chosen = paths ?? (await pathsOfContacts(filter, view.perPage));
  const conditions = await readConditions(filter, chosen);
  const page = await readPage(contactOrder(view.sort), view, async (query) => {
    let rows: Contact[] = [];
    for (const path of chosen) {
      rows = await selectContacts(pageBy(path, filter, conditions, query), query);
      if (rows.length === query.limit) {
        break;
      }
    }
    return rows;
  });
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

/**
 * Counts the contacts that the filter selects, exactly up to `COUNT_BOUND`. `paths`: how, instead of what `pathsOfContactCount` chooses.
 */
export async function countContacts(filter: CallFilter, paths?: readonly AccessPath[]): Promise<BoundedCount> {
  const chosen = paths === undefined ? await pathsOfContactCount(filter) : { paths };
  if ("count" in chosen) {
    return boundedCount(chosen.count);
  }
  const { ofCall, ofContact, match } = await readConditions(filter, chosen.paths);
  let found = boundedCount(0);
  for (const path of chosen.paths) {
    found =
      path.by === "plain" || ofCall === undefined
        ? await countRowsOf(sql`select 1 from ${contacts}${where(and(ofContact, match))}`)
        : await countFound(path, filter, { ofCall, ofContact });
    if (found.isBounded) {
      break;
    }
  }
  return found;
}

/** Of the calls that a path finds, so many are read at first: all of them may be millions, and most contacts have one or two. */
const COUNTED_CALLS = [1.6 * COUNT_BOUND, 3 * COUNT_BOUND];

/** Counts the contacts of the calls that a path finds. */
async function countFound(
  path: AccessPath,
  filter: CallFilter,
  { ofCall, ofContact }: Pick<Conditions, "ofContact"> & { ofCall: SQL },
): Promise<BoundedCount> {
  const contactsOf = (ids: SQL) =>
    ofContact === undefined
      ? sql`(select count(distinct contact_id) from ${ids} as found)::integer`
      : sql`(select count(*) from (select distinct contact_id from ${ids} as found) as found ${theirRows}${where(ofContact)})::integer`;
  const found = callsBy(path, filter, ofCall, sql`${calls.contactId}`);
  for (const limit of COUNTED_CALLS) {
    const [row] = await replica.execute<{ people: number; calls: number }>(sql`
      with some_calls as materialized (${found} limit ${limit})
      select ${contactsOf(sql`some_calls`)} as people, (select count(*) from some_calls)::integer as calls`);
    const { people = 0, calls: read = 0 } = row ?? {};
    if (people > COUNT_BOUND || read < limit) {
      return boundedCount(people);
    }
  }
  return countRowsOf(
    sql`select 1 from ${foundBy(path, filter, ofCall)}${ofContact === undefined ? sql.empty() : sql` ${theirRows}${where(ofContact)}`}`,
  );
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
  const { ofContact, match } = await readConditions(filter, [{ by: "plain" }]);
  return and(ofContact, match);
}

async function readConditions(filter: CallFilter, paths: readonly ContactPath[]): Promise<Conditions> {
  const { contact, state, from, to } = filter;
  const ofCall = await callConditions({ ...filter, contact: null, state: [] }, isOnlyChecked(paths));
  const isWithin = (at: PgColumn) =>
    and(from === null ? undefined : gte(at, from.at), to === null ? undefined : lt(at, to.at));
  const hasSuchCall =
    ofCall === undefined
      ? undefined
      : sql`exists (select from ${calls} where ${and(eq(calls.contactId, contacts.contactId), ofCall)})`;
  return {
    ofCall,
    // A contact has a call at its beginning and at its end.
    match: isOnlyOfTime(filter) ? or(isWithin(contacts.lastAt), isWithin(contacts.firstAt), hasSuchCall) : hasSuchCall,
    ofContact: and(
      contact === null ? undefined : eq(contacts.contactId, contact),
      state.length === 0 ? undefined : hasState(state),
      // Each follows from the condition on the calls, and lets Postgres begin and end in the index.
      from === null ? undefined : gte(contacts.lastAt, from.at),
      to === null ? undefined : lt(contacts.firstAt, to.at),
    ),
  };
}

function where(condition: SQL | undefined): SQL {
  return condition === undefined ? sql.empty() : sql` where ${condition}`;
}

function selectContacts(page: SQL, { orderBy }: PageQuery) {
  return replica
    .select()
    .from(contacts)
    .where(sql`${contacts.contactId} = any(array(${page}))`)
    .orderBy(...orderBy);
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
