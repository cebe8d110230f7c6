import { and, eq, gte, inArray, isNotNull, isNull, lt, lte, ne, not, or, sql, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { UNKNOWN, type CallFilter } from "@/lib/call-filter";
import { normalizeForSearch } from "@/lib/search-text";

import { callDetails, calls } from "./schema";

/** The one reading of a `CallFilter` in SQL, over `calls`: list, count, charts and export all use it. */
export function callConditions(filter: CallFilter): SQL | undefined {
  return and(
    anyOf(calls.outcome, filter.outcome),
    anyOf(calls.goal, filter.goal),
    anyOf(calls.direction, filter.direction),
    anyOf(calls.language, filter.language),
    anyOf(calls.scenarioId, filter.scenario),
    filter.from === null ? undefined : gte(calls.occurredAt, filter.from.at),
    filter.to === null ? undefined : lt(calls.occurredAt, filter.to.at),
    filter.weekday.length === 0 ? undefined : inArray(localWeekday(filter.zone), filter.weekday),
    filter.hour.length === 0 ? undefined : inArray(localHour(filter.zone), filter.hour),
    filter.phone === null ? undefined : sql`${calls.phoneNumber} like ${`%${filter.phone}%`}`,
    filter.minDuration === null ? undefined : gte(calls.durationSeconds, filter.minDuration),
    filter.maxDuration === null ? undefined : lte(calls.durationSeconds, filter.maxDuration),
    filter.reviewed === null ? undefined : filter.reviewed ? isNotNull(calls.reviewedAt) : isNull(calls.reviewedAt),
    filter.criterion === null ? undefined : isJudgedBy(filter.criterion, filter.criterionMet),
    filter.counted === null ? undefined : filter.counted ? isCounted() : not(isCounted()),
    filter.enrichment.length === 0 ? undefined : inArray(calls.enrichmentState, filter.enrichment),
    filter.test === null ? undefined : eq(calls.isTest, filter.test),
    filter.q === null ? undefined : mentions(filter.q),
  );
}

/** What statistics count: calls that the vendor does not disown and that nobody marked as a test. */
export function isCounted(): SQL {
  return sql`(${eq(calls.isTest, false)} and ${ne(calls.enrichmentState, "not_found")})`;
}

/** The ISO weekday of a call, 1 Monday to 7 Sunday, as the calendar of a zone has it. */
export function localWeekday(zone: string): SQL<number> {
  return sql<number>`extract(isodow from ${calls.occurredAt} at time zone ${zone}::text)::integer`;
}

/** The hour of a call, 0 to 23, as the clock of a zone shows it. */
export function localHour(zone: string): SQL<number> {
  return sql<number>`extract(hour from ${calls.occurredAt} at time zone ${zone}::text)::integer`;
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

/** Said in the call, or the name of who was called, or the call's own id. */
function mentions(text: string): SQL | undefined {
  const said = sql`${calls.callId} in (
    select ${callDetails.callId} from ${callDetails}
    where ${callDetails.search} @@ websearch_to_tsquery('simple', ${normalizeForSearch(text)})
  )`;
  return or(said, sql`strpos(lower(${calls.customerName}), ${text.toLowerCase()}) > 0`, eq(calls.callId, text));
}
