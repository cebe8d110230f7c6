import { and, eq, gte, inArray, isNotNull, isNull, lt, ne, not, or, sql, type SQL } from "drizzle-orm";
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
 */
export async function callConditions(filter: CallFilter): Promise<SQL | undefined> {
  return and(
    anyOf(calls.outcome, filter.outcome),
    anyOf(calls.goal, filter.goal),
    anyOf(calls.direction, filter.direction),
    anyOf(calls.language, filter.language),
    anyOf(calls.scenarioId, filter.scenario),
    filter.from === null ? undefined : gte(calls.occurredAt, filter.from.at),
    filter.to === null ? undefined : lt(calls.occurredAt, filter.to.at),
    filter.weekday.length === 0
      ? undefined
      : inArray(localWeekday(sql`${calls.occurredAt}`, filter.zone), filter.weekday),
    filter.hour.length === 0 ? undefined : inArray(localHour(sql`${calls.occurredAt}`, filter.zone), filter.hour),
    filter.phone === null ? undefined : hasDigits(filter.phone),
    filter.minDuration === null ? undefined : sql`${longestFirst} >= ${filter.minDuration}`,
    filter.maxDuration === null ? undefined : sql`${longestFirst} between 0 and ${filter.maxDuration}`,
    filter.dial.length === 0 ? undefined : inArray(calls.dialResult, filter.dial),
    filter.attempt.length === 0 ? undefined : isAttempt(filter.attempt),
    filter.contact === null ? undefined : eq(calls.contactId, filter.contact),
    filter.state.length === 0
      ? undefined
      : sql`exists (select from ${contacts} where ${contacts.contactId} = ${calls.contactId} and ${hasState(filter.state)})`,
    filter.reviewed === null ? undefined : filter.reviewed ? isNotNull(calls.reviewedAt) : isNull(calls.reviewedAt),
    filter.criterion === null ? undefined : isJudgedBy(filter.criterion, filter.criterionMet),
    filter.counted === null ? undefined : filter.counted ? isCounted() : not(isCounted()),
    filter.enrichment.length === 0 ? undefined : inArray(calls.enrichmentState, filter.enrichment),
    filter.test === null ? undefined : eq(calls.isTest, filter.test),
    filter.q === null ? undefined : await mentions(filter.q),
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

function isAttempt(attempts: readonly string[]): SQL | undefined {
  const numbers = attempts.filter((attempt) => attempt !== UNKNOWN).map(Number);
  return or(
    numbers.length === 0 ? undefined : inArray(calls.attempt, numbers),
    attempts.includes(UNKNOWN) ? isNull(calls.attempt) : undefined,
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
function isJudgedBy(criterion: string, met: boolean | null): SQL {
  return met === null
    ? sql`${calls.criteria} ? ${criterion}`
    : sql`${calls.criteria} @> ${JSON.stringify({ [criterion]: { met } })}::text::jsonb`;
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

function hasDigits(digits: string): SQL | undefined {
  const { anywhere, beginning } = readSoughtDigits(digits);
  const endsWithNumber = (typed: string) =>
    sql`(length(${calls.phoneDigits}) between ${SHORTEST_NUMBER} and ${typed.length - 1} and ${typed}::text like '%' || ${calls.phoneDigits})`;
  return or(
    ...anywhere.map((typed) => sql`${calls.phoneDigits} like ${`%${typed}%`}`),
    ...anywhere.filter((typed) => typed.length > SHORTEST_NUMBER).map(endsWithNumber),
    beginning === null ? undefined : sql`${calls.phoneDigits} ~ ${`^[0-9]{0,3}${beginning}`}`,
  );
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
