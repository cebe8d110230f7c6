import { and, asc, desc, gte, lt, lte, sql, type SQL } from "drizzle-orm";

import { type AccessPath, callsBy, guessed, pageBy as pageOfCalls } from "@/db/calls/access-path";
import { type ContactPath, WINDOW_CALLS } from "@/db/calls/choose-path";
import type { PageQuery } from "@/db/keyset";
import { calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import type { CallFilter } from "@/lib/call/filter";

/** The ways to find the contacts of a filter, as `db/calls/access-path.ts` has them for calls. */

/**
 * `ofCall` is a condition that one of the contact's calls must meet, `match` the same as a condition on the contact, and `ofContact` one on the contact
 * itself.
 */
export type Conditions = { ofCall: SQL | undefined; match: SQL | undefined; ofContact: SQL | undefined };

/** A query for the ids of a page of contacts, `contact_id`. */
export function pageBy(
  path: ContactPath,
  filter: CallFilter,
  { ofCall, ofContact, match }: Conditions,
  query: PageQuery,
): SQL {
  const order = sql`order by ${sql.join(query.orderBy, sql`, `)}`;
  const page = sql`${order} limit ${query.limit}`;
  const wanted = and(ofContact, query.beyond);
  if (path.by === "plain" || path.by === "order" || ofCall === undefined) {
    // The condition on calls comes last where only the first contacts are looked at: a page must not go on behind them.
    return path.by === "order"
      ? sql`select contact_id from (${inPeriod(filter, wanted, sql`${order} limit ${path.bound}`)}) as contacts${where(match)} ${page}`
      : sql`select contact_id from (${inPeriod(filter, and(wanted, match), page)}) as contacts ${page}`;
  }
  if (path.by === "window") {
    return windowOf(path.calls, filter, { ofCall, ofContact, match }, query);
  }
  return sql`
    select ${contacts.contactId} from ${foundBy(path, filter, ofCall)} ${theirRows}${where(wanted)} ${page}`;
}

/**
 * The first contacts of the list that meet a condition. If the filter's period has an end, contacts whose last call is before it and contacts with calls on both
 * sides of it are found by separate queries: a single one would read all contacts that ended later.
 *
 * @param limited an `order by` with a `limit`
 */
function inPeriod({ to }: CallFilter, wanted: SQL | undefined, limited: SQL): SQL {
  const first = (contact: SQL, condition: SQL | undefined) =>
    sql`select contact_id, first_at, last_at from ${contact}${where(condition)} ${limited}`;
  if (to === null) {
    return first(sql`${contacts}`, wanted);
  }
  const at = sql`${to.at.toISOString()}::timestamptz`;
  return sql`
    select contact_id, first_at, last_at from (
      (${first(sql`${contacts}`, and(wanted, lt(contacts.lastAt, to.at)))})
      union all
      (${first(sql`(select contacts.* from ${contacts} where ${isAround(at)} offset 0) as contacts`, and(wanted, gte(contacts.lastAt, to.at)))})
    ) as contacts ${limited}`;
}

/** Whether a moment, or all of a range, lies between a contact's first and last call. Uses `contacts_span_idx`. */
function isAround(at: SQL): SQL {
  return sql`tstzrange(${contacts.firstAt}, ${contacts.lastAt}, '[]') @> ${at} and ${contacts.firstAt} < ${contacts.lastAt}`;
}

/**
 * A page of contacts, found by the first matching calls of the list. These lie in a window of time, from the cursor to the last of them. The page has the
 * contacts whose last call is in the window, too:
 *
 * - `found`: those with one of the calls that were read.
 * - `around`: those that match only by calls outside the window, so their calls lie on both sides of one of its edges. They are looked for only as far
 *   as a page of `found` reaches.
 *
 * The window does not include the moment of its last call, because there may be more calls of that moment than were read. A window with few contacts gives less than
 * a page; then the caller tries another path.
 */
function windowOf(
  path: AccessPath,
  filter: CallFilter,
  { ofCall, ofContact, match }: Conditions & { ofCall: SQL },
  query: PageQuery,
): SQL {
  const { isDescending, since, limit, orderBy } = query;
  const count = limit * WINDOW_CALLS;
  const direction = isDescending ? desc : asc;
  const firstCalls = pageOfCalls(path, filter, ofCall, {
    key: calls.occurredAt,
    id: calls.callId,
    isDescending,
    limit: count,
    orderBy: [direction(calls.occurredAt), direction(calls.callId)],
    beyond: since === undefined ? undefined : sql`${calls.occurredAt} ${isDescending ? sql`<=` : sql`>=`} ${since}`,
    since,
  });
  const [last, none, inside] = isDescending
    ? [sql.raw("min"), sql`'-infinity'::timestamptz`, sql`${contacts.lastAt} > far.at`]
    : [sql.raw("max"), sql`'infinity'::timestamptz`, sql`${contacts.lastAt} < far.at`];
  const page = sql`order by ${sql.join(orderBy, sql`, `)} limit ${limit}`;
  // Newest first, a contact that ends in the window may match by calls before the window. Oldest first, by calls before the cursor.
  const around = isDescending
    ? and(isAround(sql`tstzrange(far.at, greatest(far.at, edge.at), '[]')`), gte(contacts.lastAt, sql`edge.at`))
    : since === undefined
      ? undefined
      : and(isAround(since), lte(contacts.lastAt, sql`edge.at`));
  return sql`
    with near as materialized (
      select ${calls.contactId}, ${calls.occurredAt} from ${calls} where ${calls.callId} = any(array(${firstCalls}))
    ), far as materialized (
      select case when count(*) < ${count} then ${none} else ${last}(occurred_at) end as at from near
    ), found as materialized (
      select ${contacts.contactId}, ${contacts.lastAt} from far cross join (select distinct contact_id from near) as found ${theirRows}
      where ${and(ofContact, query.beyond, inside)} ${page}
    ), edge as materialized (
      select case when count(*) < ${limit} then ${none} else ${last}(last_at) end as at from found
    )
    select contact_id from (
      select contact_id, last_at from found${
        around === undefined
          ? sql.empty()
          : sql`
      union
      select contact_id, last_at from far cross join edge cross join lateral (
        select contacts.* from ${contacts} where ${and(around, inside, query.beyond, ofContact)} offset 0
      ) as contacts where ${guessed(match)}`
      }
    ) as contacts ${page}`;
}

/** The row of each contact that was found. Not a plain join: Postgres cannot estimate how many were found, and might read all contacts. */
export const theirRows = sql`cross join lateral (
  select contacts.* from ${contacts} where ${contacts.contactId} = found.contact_id offset 0
) as contacts`;

/** The ids of the contacts of the filter's calls, as an item of a `from` list. */
export function foundBy(path: AccessPath, filter: CallFilter, ofCall: SQL): SQL {
  return sql`(select distinct contact_id from (${callsBy(path, filter, ofCall, sql`${calls.contactId}`)}) as bounded) as found`;
}

function where(condition: SQL | undefined): SQL {
  return condition === undefined ? sql.empty() : sql` where ${condition}`;
}
