import { and, eq, gte, inArray, isNotNull, isNull, lt, lte, ne, or, sql, type SQL } from "drizzle-orm";
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
    filter.phone === null ? undefined : sql`${calls.phoneNumber} like ${`%${filter.phone}%`}`,
    filter.minDuration === null ? undefined : gte(calls.durationSeconds, filter.minDuration),
    filter.maxDuration === null ? undefined : lte(calls.durationSeconds, filter.maxDuration),
    filter.reviewed === null ? undefined : filter.reviewed ? isNotNull(calls.reviewedAt) : isNull(calls.reviewedAt),
    filter.counted ? isCounted() : undefined,
    filter.q === null ? undefined : mentions(filter.q),
  );
}

/** What statistics count: calls that the vendor does not disown and that nobody marked as a test. */
export function isCounted(): SQL | undefined {
  return and(eq(calls.isTest, false), ne(calls.enrichmentState, "not_found"));
}

function anyOf(column: PgColumn, values: readonly string[]): SQL | undefined {
  if (values.length === 0) {
    return undefined;
  }
  const named = values.filter((value) => value !== UNKNOWN);
  return or(
    named.length > 0 ? inArray(column, named) : undefined,
    values.includes(UNKNOWN) ? isNull(column) : undefined,
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
