import { and, eq, gte, isNotNull, lt, sql, type SQL } from "drizzle-orm";

import type { PageQuery } from "@/db/keyset";
import { calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import { callKind, callKinds } from "@/db/schema/statistics";
import type { CallFilter } from "@/lib/call/filter";

import { hasDigits, hasState, isAsLong } from "./conditions";
import { dialsOfHours, hoursOf } from "./hours";
import { kindOf, kindsOf } from "./kinds";

/**
 * The ways to find the calls of a filter. Postgres cannot choose between them: it does not know which conditions exclude each other, nor
 * where in the list the calls stand that meet them. `choose-path.ts` chooses. Every path finds exactly the same calls, because all of them
 * check all conditions; they differ in which calls they look at.
 *
 * - `plain`: whatever Postgres chooses, in one query.
 * - `order`: the first calls of the list's order, whether they meet the conditions or not, up to a bound.
 * - `kinds`: for each kind of call that the filter asks for, its first calls in `calls_kind_idx`; `hours`: the same for each span of time.
 * - `people`: the calls of the contacts whose calls come first in the list.
 * - `digits`: for a count, if a part of a number is the only condition. Reads only the index of numbers, up to a bound.
 * - the others: all calls that meet one condition, by its own index.
 */
export const SOURCES = ["kinds", "phone", "duration", "reviewed", "enrichment", "state", "hours"] as const;
export type Source = (typeof SOURCES)[number];
export type AccessPath =
  | { by: "plain" }
  | { by: "order"; bound: number }
  | { by: "merge"; source: "kinds" | "hours" }
  | { by: "people" }
  | { by: "digits"; bound: number }
  | { by: Source };

/** Whether the paths find calls by themselves, and only check the conditions. Where Postgres chooses an index, the conditions must lead it to one. */
export function isOnlyChecked(paths: readonly { by: string }[]): boolean {
  return !paths.some(({ by }) => by === "plain");
}

/** All columns of the relation `calls`. Postgres leaves out those that the query around does not use. */
const ALL = sql.raw("calls.*");

/**
 * A query for the ids of a page of the filter's calls, `call_id`. Without the other columns, an index alone may answer it.
 *
 * @param conditions `callConditions` of the filter
 */
export function pageBy(path: AccessPath, filter: CallFilter, conditions: SQL | undefined, query: PageQuery): SQL {
  const wanted = and(conditions, query.beyond);
  const page = pageOf(query);
  switch (path.by) {
    case "plain":
      return sql`select ${calls.callId} from ${calls}${where(wanted)} ${page}`;
    case "order": {
      const first = sql`
        select ${ALL} from ${calls}${where(and(during(filter), query.beyond))}
        order by ${sql.join(query.orderBy, sql`, `)} limit ${path.bound}`;
      return sql`select ${calls.callId} from (${first}) as calls${where(conditions)} ${page}`;
    }
    case "merge":
      return mergeBy(path.source, filter, conditions, query);
    case "digits":
      throw new Error("The path digits counts only");
    case "people":
      return sql`
        select ${calls.callId} from (${firstPeople(filter, query)}) as person
          cross join lateral (select ${ALL} from ${calls} where ${calls.contactId} = person.contact_id offset 0) as calls
        ${where(wanted)} ${page}`;
    case "reviewed":
      // Its index has the order of the list.
      return isByTime(query)
        ? sql`select ${calls.callId} from ${calls} where ${and(isNotNull(calls.reviewedAt), during(filter), query.beyond, guessed(conditions))} ${page}`
        : sql`select ${calls.callId} from ${relationOf(path.by, filter)}${where(wanted)} ${page}`;
    default:
      return sql`select ${calls.callId} from ${relationOf(path.by, filter)}${where(wanted)} ${page}`;
  }
}

const isByTime = ({ key }: PageQuery) => key === calls.occurredAt;

/**
 * The condition as a CASE, which Postgres has no statistics for: it assumes that half of the rows meet it. So it reads rows in the order of an index, and stops
 * when the page is full. If it expected few rows, it might use another index and sort everything that it finds there.
 */
export function guessed(condition: SQL | undefined): SQL | undefined {
  return condition === undefined ? undefined : sql`case when ${condition} then true else false end`;
}

function pageOf({ orderBy, limit }: PageQuery): SQL {
  return sql`order by ${sql.join(orderBy, sql`, `)} limit ${limit}`;
}

/**
 * Merges the sorted calls of many groups: kinds, or spans of time. The first calls of each group give a place in the list before which there is at
 * least a page of calls. So a second look takes from each group only what is before this place, and not a page.
 */
function mergeBy(source: "kinds" | "hours", filter: CallFilter, conditions: SQL | undefined, query: PageQuery): SQL {
  const { key, id, isDescending, limit, beyond, since, orderBy } = query;
  const [direction, reverse, notAfter, notBefore] = isDescending
    ? [sql.raw("desc"), sql.raw("asc"), sql.raw(">="), sql.raw("<=")]
    : [sql.raw("asc"), sql.raw("desc"), sql.raw("<="), sql.raw(">=")];
  const ofGroup =
    source === "kinds"
      ? { indexed: and(sql`${callKind} = part.hash`, during(filter), beyond), checked: undefined }
      : {
          // Postgres would use a comparison of rows for the beginning of each span, and read all calls between the cursor and the span.
          indexed: and(
            sql`${calls.occurredAt} >= part.since and ${calls.occurredAt} < part.until`,
            since === undefined ? undefined : sql`${calls.occurredAt} ${notBefore} ${since}`,
          ),
          checked: beyond,
        };
  const callsOf = (count: number, edge?: SQL) => sql`
    select ${key} as key, ${id} as call_id from ${calls}
    where ${and(ofGroup.indexed, edge, guessed(and(ofGroup.checked, conditions)))}
    order by ${sql.join(orderBy, sql`, `)} limit ${count}`;
  const byPlace = sql`order by key ${direction}, call_id ${direction} limit ${limit}`;
  return sql`
    with parts as materialized (
      select *, row_number() over () as number from ${source === "kinds" ? kindsOf(filter) : hoursOf(filter)} as part
    ), firsts as materialized (
      select part.number, found.* from parts as part cross join lateral (${callsOf(FIRST_CALLS)}) as found ${byPlace}
    ), edge as materialized (
      select key from firsts order by key ${reverse} limit case when (select count(*) from firsts) < ${limit} then 0 else 1 end
    )
    select call_id from (
      select found.* from edge cross join parts as part
        cross join lateral (${callsOf(limit, sql`${key} ${notAfter} edge.key`)}) as found
      where part.number in (select number from firsts)
      union all
      select found.* from parts as part cross join lateral (${callsOf(limit)}) as found
      where not exists (select from edge) and part.number in (select number from firsts)
    ) as found ${byPlace}`;
}

/** How many calls of each group the first look takes. */
const FIRST_CALLS = 2;

/**
 * The contacts of the filter's states that may have calls on the page. If the newest calls come first, these are the contacts with the latest `last_at`, as many
 * as the page has rows: each has a call at that time, so their calls fill the page before any call of another contact. Contacts with the same
 * `last_at` as the last of them are included, because the list orders calls of one moment by id. After a cursor, the latest are counted from the
 * cursor on, and contacts with calls on both sides of it are added. If the oldest calls come first, the same holds for `first_at`.
 */
function firstPeople({ state }: CallFilter, { isDescending, since, limit }: PageQuery): SQL {
  const [near, far] = isDescending ? [contacts.lastAt, contacts.firstAt] : [contacts.firstAt, contacts.lastAt];
  const [before, after] = isDescending ? [sql`<`, sql`>`] : [sql`>`, sql`<`];
  const direction = isDescending ? sql.raw("desc") : sql.raw("asc");
  const some = sql`(select ${contacts.contactId}, ${near} as near from ${contacts}${where(and(hasState(state), since === undefined ? undefined : sql`${near} ${before} ${since}`))} offset 0)`;
  const nearest = sql`(select contact_id from ${some} as contact order by near ${direction} fetch first (${limit}) rows with ties)`;
  return since === undefined
    ? nearest
    : sql`${nearest} union all (
        select ${contacts.contactId} from ${contacts}
        where ${and(hasState(state), sql`${near} ${after}= ${since}`, sql`${far} ${before}= ${since}`)}
      )`;
}

/**
 * A query for the filter's calls, in no order.
 *
 * @param what the columns to select
 */
export function callsBy(path: AccessPath, filter: CallFilter, conditions: SQL | undefined, what: SQL): SQL {
  if (path.by === "plain") {
    return sql`select ${what} from ${calls}${where(conditions)}`;
  }
  if (path.by === "order") {
    const newest = sql`
      select ${ALL} from ${calls}${where(during(filter))} order by ${calls.occurredAt} desc, ${calls.callId} desc limit ${path.bound}`;
    return sql`select ${what} from (${newest}) as calls${where(conditions)}`;
  }
  if (path.by === "digits") {
    return sql`select ${what} from ${numbersFrom(filter.phone ?? "", path.bound)} as calls${where(conditions)}`;
  }
  if (path.by === "merge" || path.by === "people") {
    throw new Error(`The path ${path.by} finds pages only`);
  }
  return sql`select ${what} from ${relationOf(path.by, filter)}${where(conditions)}`;
}

/**
 * The numbers that begin with the digits, and the first of the others. Whatever the order of texts in the database, these are some of all numbers, each
 * once, and as many as there are if these are fewer than the bound.
 */
function numbersFrom(digits: string, bound: number): SQL {
  // ":" follows "9".
  const begins = sql`(${calls.phoneDigits} >= ${digits}::text and ${calls.phoneDigits} < ${`${digits}:`}::text)`;
  return sql`(
    (select ${calls.phoneDigits} from ${calls} where ${begins} order by ${calls.phoneDigits} limit ${bound})
    union all
    (select ${calls.phoneDigits} from ${calls} where ${calls.phoneDigits} is not null and not ${begins} order by ${calls.phoneDigits} limit ${bound})
  )`;
}

function where(condition: SQL | undefined): SQL {
  return condition === undefined ? sql.empty() : sql` where ${condition}`;
}

/** Whether the filter has the condition whose index the path needs. */
export function hasSource(source: Source, filter: CallFilter): boolean {
  switch (source) {
    case "kinds":
      return kindOf(filter, callKinds) !== undefined || filter.criterion !== null;
    case "phone":
      return filter.phone !== null;
    case "duration":
      return isAsLong(filter) !== undefined;
    case "reviewed":
      return filter.reviewed === true;
    case "enrichment":
      return filter.enrichment.length > 0 && !filter.enrichment.includes("done");
    case "state":
      return filter.state.length > 0;
    case "hours":
      return filter.weekday.length > 0 || filter.hour.length > 0;
  }
}

/**
 * The calls that meet the source's condition, as an item of a `from` list with the name `calls`. `offset 0` keeps Postgres from choosing
 * another index for the conditions around it.
 */
function relationOf(source: Source, filter: CallFilter): SQL {
  const all = (condition: SQL | undefined) =>
    sql`(select ${ALL} from ${calls}${where(and(condition, during(filter)))} offset 0) as calls`;
  switch (source) {
    case "kinds":
      // With the duration, by `calls_kind_duration_idx`: most kinds have no calls with one.
      return sql`${kindsOf(filter)} as kind cross join lateral ${all(and(sql`${callKind} = kind.hash`, isAsLong(filter)))}`;
    case "phone":
      return all(filter.phone === null ? undefined : hasDigits(filter.phone));
    case "duration":
      return all(isAsLong(filter));
    case "reviewed":
      return all(isNotNull(calls.reviewedAt));
    case "enrichment":
      return all(isEnriched(filter));
    case "state":
      return sql`(select ${contacts.contactId} from ${contacts}${where(hasState(filter.state))} offset 0) as person
        cross join lateral ${all(sql`${calls.contactId} = person.contact_id`)}`;
    case "hours":
      return sql`${hoursOf(filter)} as span cross join lateral
        ${all(sql`${calls.occurredAt} >= span.since and ${calls.occurredAt} < span.until`)}`;
  }
}

/** A query that counts or estimates the calls, or the contacts, that meet the source's condition, up to a bound; null for kinds, which have counts. */
export function countOfSource(source: Source, filter: CallFilter, bound: number): SQL | null {
  const upTo = (from: SQL, condition: SQL | undefined) =>
    sql`(select count(*)::integer from (select from ${from}${where(condition)} limit ${bound}) as bounded)`;
  switch (source) {
    case "duration":
      return upTo(sql`${calls}`, isAsLong(filter));
    case "reviewed":
      return upTo(sql`${calls}`, and(isNotNull(calls.reviewedAt), during(filter)));
    case "enrichment":
      return upTo(sql`${calls}`, and(isEnriched(filter), during(filter)));
    case "state":
      return upTo(sql`${contacts}`, hasState(filter.state));
    case "phone":
      return filter.phone === null ? null : countInSample(hasDigits(filter.phone, true), bound);
    case "hours":
      return dialsOfHours(filter);
    case "kinds":
      return null;
  }
}

/**
 * If the condition occurs among the newest calls, as many as there are in proportion, otherwise a tenth of the bound. How many numbers contain some digits is not known
 * before they are found, and finding many takes long.
 */
function countInSample(condition: SQL | undefined, bound: number): SQL {
  return sql`(
    select case when count(*) >= 4 then count(*) * (select sum(calls) from call_kinds) / ${SAMPLE} else ${bound / 10} end
    from (select ${ALL} from ${calls} order by ${calls.occurredAt} desc, ${calls.callId} desc limit ${SAMPLE}) as calls${where(condition)}
  )`;
}

/** How many calls show whether a condition is frequent. */
const SAMPLE = 4_000;

/** The second condition is that of the partial index. */
function isEnriched({ enrichment }: CallFilter): SQL {
  return sql`(${sql.join(
    enrichment.map((state) => eq(calls.enrichmentState, state)),
    sql` or `,
  )}) and ${calls.enrichmentState} <> 'done'`;
}

/** The time range of the filter, as a condition on calls. */
function during({ from, to }: CallFilter): SQL | undefined {
  return and(
    from === null ? undefined : gte(calls.occurredAt, from.at),
    to === null ? undefined : lt(calls.occurredAt, to.at),
  );
}
