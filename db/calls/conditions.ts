import { and, eq, gte, inArray, isNotNull, isNull, lt, ne, or, sql, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { replica } from "@/db/driver/client";
import { callDetails, calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import { OVERDUE_AFTER_MINUTES, type StateChoice } from "@/lib/call/contact";
import { type CallFilter, UNKNOWN } from "@/lib/call/filter";
import { readSoughtDigits } from "@/lib/phone/number-cores";
import { normalizeForSearch, wordsOf } from "@/lib/text/search";

import { longestFirst } from "./order";

/**
 * A `CallFilter` as a condition on `calls`. The list, the count, the statistics and the export all use this translation into SQL. If the
 * filter has a search text, this function queries the database: see `mentions`.
 *
 * @param isFound the calls are found by something else, and are only checked: without what is there only for an index
 */
export async function callConditions(filter: CallFilter, isFound = false): Promise<SQL | undefined> {
  return and(
    kindConditions(filter, { ...KIND_OF_CALL, isCounted: isCounted() }),
    filter.from === null ? undefined : gte(calls.occurredAt, filter.from.at),
    filter.to === null ? undefined : lt(calls.occurredAt, filter.to.at),
    filter.weekday.length === 0
      ? undefined
      : inArray(localWeekday(sql`${calls.occurredAt}`, filter.zone), filter.weekday),
    filter.hour.length === 0 ? undefined : inArray(localHour(sql`${calls.occurredAt}`, filter.zone), filter.hour),
    filter.phone === null ? undefined : hasDigits(filter.phone, isFound),
    isAsLong(filter),
    filter.contact === null ? undefined : eq(calls.contactId, filter.contact),
    filter.state.length === 0
      ? undefined
      : sql`exists (select from ${contacts} where ${contacts.contactId} = ${calls.contactId} and ${hasState(filter.state)})`,
    filter.reviewed === null ? undefined : filter.reviewed ? isNotNull(calls.reviewedAt) : isNull(calls.reviewedAt),
    filter.criterion === null ? undefined : isJudgedBy(calls.criteria, filter.criterion, filter.criterionMet),
    filter.enrichment.length === 0 ? undefined : inArray(calls.enrichmentState, filter.enrichment),
    filter.test === null ? undefined : eq(calls.isTest, filter.test),
    filter.q === null ? undefined : await mentions(filter.q),
  );
}

/** The columns by which statistics tell kinds of calls apart, of `calls` or of a table that has the same ones: `db/schema/statistics.ts`. */
export type KindColumns = Record<
  "outcome" | "goal" | "direction" | "language" | "scenarioId" | "attempt" | "dialResult",
  PgColumn
> & { isCounted: SQL | PgColumn };

const KIND_OF_CALL = {
  outcome: calls.outcome,
  goal: calls.goal,
  direction: calls.direction,
  language: calls.language,
  scenarioId: calls.scenarioId,
  attempt: calls.attempt,
  dialResult: calls.dialResult,
};

/** The part of a filter that depends only on a call's kind, as a condition on these columns; undefined if the filter has no such part. */
export function kindConditions(filter: CallFilter, columns: KindColumns): SQL | undefined {
  return and(
    anyOf(columns.outcome, filter.outcome),
    anyOf(columns.goal, filter.goal),
    anyOf(columns.direction, filter.direction),
    anyOf(columns.language, filter.language),
    anyOf(columns.scenarioId, filter.scenario),
    filter.dial.length === 0 ? undefined : inArray(columns.dialResult, filter.dial),
    filter.attempt.length === 0 ? undefined : isAttempt(columns.attempt, filter.attempt),
    filter.counted === null ? undefined : filter.counted ? sql`${columns.isCounted}` : sql`not ${columns.isCounted}`,
  );
}

/** Selects the calls whose duration is within the filter's bounds; undefined if it has none. */
export function isAsLong({ minDuration, maxDuration }: CallFilter): SQL | undefined {
  return and(
    minDuration === null ? undefined : sql`${longestFirst} >= ${minDuration}`,
    maxDuration === null ? undefined : sql`${longestFirst} between 0 and ${maxDuration}`,
  );
}

/** Selects contacts in any of these states. */
export function hasState(states: readonly StateChoice[]): SQL | undefined {
  const named = states.filter((state) => state !== "overdue");
  return or(
    named.length === 0 ? undefined : inArray(contacts.state, named),
    states.includes("overdue") ? isOverdueContact : undefined,
  );
}

const isOverdueContact = sql`(
  ${eq(contacts.state, "trying")} and ${contacts.nextRetryAt} < now() - make_interval(mins => ${OVERDUE_AFTER_MINUTES}::integer)
)`;

function isAttempt(column: PgColumn, attempts: readonly string[]): SQL | undefined {
  const numbers = attempts.filter((attempt) => attempt !== UNKNOWN).map(Number);
  return or(
    numbers.length === 0 ? undefined : inArray(column, numbers),
    attempts.includes(UNKNOWN) ? isNull(column) : undefined,
  );
}

/** Selects the calls that statistics count: those that are not marked as tests and that the vendor's API has not reported as unknown. */
export function isCounted(): SQL {
  return sql`(${eq(calls.isTest, false)} and ${ne(calls.enrichmentState, "not_found")})`;
}

/** The ISO weekday of an instant in a time zone, 1 Monday to 7 Sunday. */
export function localWeekday(at: SQL, zone: string): SQL<number> {
  return sql<number>`extract(isodow from ${at} at time zone ${zone}::text)::integer`;
}

/** The hour of an instant in a time zone, 0 to 23. */
export function localHour(at: SQL, zone: string): SQL<number> {
  return sql<number>`extract(hour from ${at} at time zone ${zone}::text)::integer`;
}

/** Selects calls whose report judges this criterion: as met (true), as missed (false), or either (null). */
export function isJudgedBy(criteria: PgColumn, criterion: string, met: boolean | null): SQL {
  return met === null
    ? sql`${criteria} ? ${criterion}`
    : sql`${criteria} @> ${JSON.stringify({ [criterion]: { met } })}::text::jsonb`;
}

function anyOf(column: PgColumn, values: readonly string[]): SQL | undefined {
  if (values.length === 0) {
    return undefined;
  }
  const named = values.filter((value) => value !== UNKNOWN);
  return or(
    named.length > 0 ? inArray(column, named) : undefined,
    values.includes(UNKNOWN) ? or(isNull(column), eq(column, UNKNOWN)) : undefined,
  );
}

/** The end of a number in `phone_digits` must be this long to identify the number. */
const SHORTEST_NUMBER = 7;

/**
 * Selects calls whose number contains these digits. Each alternative is so written that one of the indexes of `phone_digits` finds it: groups of
 * three digits find a part, and a number that is the end of what was typed is equal to one of its ends. `isFound` as for `callConditions`.
 */
export function hasDigits(digits: string, isFound = false): SQL | undefined {
  const { anywhere, beginning } = readSoughtDigits(digits);
  const withGroups = isFound ? (_: string, condition: SQL) => condition : withGroupsOf;
  const ends = anywhere.flatMap((typed) =>
    Array.from({ length: Math.max(typed.length - SHORTEST_NUMBER, 0) }, (_, index) => typed.slice(index + 1)),
  );
  return or(
    ...anywhere.map((typed) => withGroups(typed, sql`${calls.phoneDigits} like ${`%${typed}%`}`)),
    ends.length === 0 ? undefined : inArray(calls.phoneDigits, [...new Set(ends)]),
    beginning === null ? undefined : withGroups(beginning, sql`${calls.phoneDigits} ~ ${`^[0-9]{0,3}${beginning}`}`),
  );
}

/** The length of the groups of digits that `calls_phone_groups_idx` knows: see the function `digit_groups` of the database. */
const GROUP = 3;
/** So many groups leave hardly any other number. The first ones of a number are its country, which most numbers have. */
const SOUGHT_GROUPS = 4;

/** The condition, and that the number has the last groups of these digits, which follows from it: for the index. */
function withGroupsOf(digits: string, condition: SQL): SQL {
  const groups = Array.from({ length: Math.max(digits.length - GROUP + 1, 0) }, (_, start) =>
    digits.slice(start, start + GROUP),
  ).slice(-SOUGHT_GROUPS);
  return groups.length === 0
    ? condition
    : sql`(${condition} and digit_groups(${calls.phoneDigits}) @> ${`{${[...new Set(groups)].join(",")}}`}::text[])`;
}

/** Up to this many matching calls are looked up by their ids. If there are more, a scan of the list soon finds a page of them. */
const MAX_LISTED_IDS = 5_000;

/**
 * Selects calls that mention a text. If few calls do, the condition lists their ids; otherwise each call is checked during the scan.
 * Postgres cannot choose between the two: it has no statistics on rare words, and would scan the whole list for a word that occurs in no
 * transcript.
 */
async function mentions(text: string): Promise<SQL> {
  // `materialized` makes Postgres plan for all matches, so that it uses the index. Execution still stops at the limit.
  const found = await replica.execute<{ call_id: string }>(sql`
    with found as materialized (${idsThatMention(text)})
    select call_id from found limit ${MAX_LISTED_IDS + 1}
  `);
  if (found.length > MAX_LISTED_IDS) {
    return sql`${calls.callId} in (${idsThatMention(text)})`;
  }
  // A single parameter for any number of ids.
  const ids = JSON.stringify(found.map((row) => row.call_id));
  return sql`${calls.callId} = any(array(select jsonb_array_elements_text(${ids}::text::jsonb)))`;
}

/**
 * A query for the ids of the calls whose transcript contains the text, whose customer's name contains words that begin with these words,
 * or whose id equals the text. All three columns are in one table: with an OR across two tables, Postgres would have to check every call.
 */
function idsThatMention(text: string): SQL {
  const names = wordsOf(text).map((word) => `${word}:*`);
  return sql`
    select ${callDetails.callId} from ${callDetails} where ${or(
      sql`${callDetails.search} @@ websearch_to_tsquery('simple', ${normalizeForSearch(text)})`,
      names.length === 0 ? undefined : sql`${callDetails.nameSearch} @@ to_tsquery('simple', ${names.join(" & ")})`,
      eq(callDetails.callId, text),
    )}`;
}
