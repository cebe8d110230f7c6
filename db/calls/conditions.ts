import { and, eq, gte, inArray, isNotNull, isNull, lt, ne, not, or, sql, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { callDetails, calls } from "@/db/schema/calls";
import { UNKNOWN, type CallFilter } from "@/lib/call/filter";
import { normalizeForSearch, wordsOf } from "@/lib/text/search";

/**
 * The one reading of a `CallFilter` in SQL, over `calls`: list, count, charts and export all use it.
 *
 * @param mentioned the ids that `filter.q` finds, if the caller looked them up because they are few
 */
export function callConditions(filter: CallFilter, mentioned: string[] | null = null): SQL | undefined {
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
    filter.phone === null ? undefined : sql`${calls.phoneNumber} like ${`%${dialled(filter.phone)}%`}`,
    filter.minDuration === null ? undefined : sql`${longestFirst} >= ${filter.minDuration}`,
    filter.maxDuration === null ? undefined : sql`${longestFirst} between 0 and ${filter.maxDuration}`,
    filter.reviewed === null ? undefined : filter.reviewed ? isNotNull(calls.reviewedAt) : isNull(calls.reviewedAt),
    filter.criterion === null ? undefined : isJudgedBy(filter.criterion, filter.criterionMet),
    filter.counted === null ? undefined : filter.counted ? isCounted() : not(isCounted()),
    filter.enrichment.length === 0 ? undefined : inArray(calls.enrichmentState, filter.enrichment),
    filter.test === null ? undefined : eq(calls.isTest, filter.test),
    filter.q === null ? undefined : (inIds(mentioned) ?? sql`${calls.callId} in (${idsThatMention(filter.q)})`),
  );
}

/** What statistics count: calls that the vendor does not disown and that nobody marked as a test. */
export function isCounted(): SQL {
  return sql`(${eq(calls.isTest, false)} and ${ne(calls.enrichmentState, "not_found")})`;
}

/** The ISO weekday of an instant, 1 Monday to 7 Sunday, as the calendar of a zone has it. */
export function localWeekday(at: SQL, zone: string): SQL<number> {
  return sql<number>`extract(isodow from ${at} at time zone ${zone}::text)::integer`;
}

/** The hour of an instant, 0 to 23, as the clock of a zone shows it. */
export function localHour(at: SQL, zone: string): SQL<number> {
  return sql<number>`extract(hour from ${at} at time zone ${zone}::text)::integer`;
}

/** The report judged this criterion; where `met` says so, only as met or only as missed. */
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

/** The sort keys by duration, as the indexes `calls_longest_idx` and `calls_shortest_idx` have them: none comes last both ways. */
export const longestFirst = sql<number>`coalesce(${calls.durationSeconds}, -1)`;
export const shortestFirst = sql<number>`coalesce(${calls.durationSeconds}, 2147483647)`;

/**
 * People type a number as they dial it: `0501234567` or `00966501234567` for `+966501234567`. Shorter digits are a piece
 * of a number and are looked for as they are.
 */
function dialled(digits: string): string {
  return digits.length > 6 ? digits.replace(/^0+(?=\d)/, "") : digits;
}

function inIds(ids: string[] | null): SQL | undefined {
  // One parameter however many there are: the driver sends an array as its text form.
  return ids === null
    ? undefined
    : sql`${calls.callId} = any(array(select jsonb_array_elements_text(${JSON.stringify(ids)}::text::jsonb)))`;
}

/**
 * A query for the ids of calls in which this was said, or whose customer is called so (each word from its beginning on), or
 * the call with this id. All in one table: an "or" across two would leave Postgres no choice but to try every call.
 */
export function idsThatMention(text: string): SQL {
  const names = wordsOf(text).map((word) => `${word}:*`);
  return sql`
    select ${callDetails.callId} from ${callDetails} where ${or(
      sql`${callDetails.search} @@ websearch_to_tsquery('simple', ${normalizeForSearch(text)})`,
      names.length === 0 ? undefined : sql`${callDetails.nameSearch} @@ to_tsquery('simple', ${names.join(" & ")})`,
      eq(callDetails.callId, text),
    )}`;
}
