import { and, count, eq, sql, type SQL } from "drizzle-orm";

import { db, replica } from "@/db/driver/client";
import { callDetails, calls } from "@/db/schema/calls";
import { decodeCursor, encodeCursor, type CallFilter, type CallListView } from "@/lib/call/filter";

import { callConditions, idsThatMention } from "./conditions";
import { cursorAt, keyset } from "./order";

/** What a list shows of a call. */
const LIST_COLUMNS = {
  callId: calls.callId,
  occurredAt: calls.occurredAt,
  outcome: calls.outcome,
  status: calls.status,
  goal: calls.goal,
  phoneNumber: calls.phoneNumber,
  customerName: calls.customerName,
  scenarioId: calls.scenarioId,
  direction: calls.direction,
  language: calls.language,
  durationSeconds: calls.durationSeconds,
  hasRecording: calls.hasRecording,
  enrichmentState: calls.enrichmentState,
  isTest: calls.isTest,
  reviewedAt: calls.reviewedAt,
};

export type ListedCall = Awaited<ReturnType<typeof selectPage>>[number];
export type CallPage = { rows: ListedCall[]; previousCursor: string | null; nextCursor: string | null };

/**
 * One page of calls by keyset: a page far down costs what the first one costs. `sort` is on time or duration with the
 * call's id as the tie-breaker; a cursor names a row and the side of it that is wanted.
 */
export async function listCalls(filter: CallFilter, view: CallListView): Promise<CallPage> {
  const cursor = view.cursor === null ? null : decodeCursor(view.cursor);
  const isBackward = cursor?.side === "before";
  const { beyond, orderBy } = keyset(view.sort, cursor);
  const conditions = callConditions(filter, await fewMentions(filter.q));
  const found = await selectPage(and(conditions, beyond), orderBy, view.perPage + 1);
  const hasMore = found.length > view.perPage;
  const page = found.slice(0, view.perPage);
  const rows = isBackward ? page.toReversed() : page;

  const first = rows[0];
  const last = rows.at(-1);
  const hasPrevious = isBackward ? hasMore : cursor !== null;
  const hasNext = isBackward ? true : hasMore;
  return {
    rows,
    previousCursor: first !== undefined && hasPrevious ? encodeCursor(cursorAt("before", first, view.sort)) : null,
    nextCursor: last !== undefined && hasNext ? encodeCursor(cursorAt("after", last, view.sort)) : null,
  };
}

/** Up to this many calls are looked up one by one and sorted; above it, a walk down the list soon finds a page of them. */
const FEW_MENTIONS = 5_000;

/**
 * The ids of the calls that mention something, if they are few; else null, and the query tries each call on its way. Postgres
 * cannot tell which is which: it has no numbers on rare words and would walk the whole list for one that nobody ever said.
 * `materialized` makes it plan for all of them, so that it takes the index, and stop at the limit all the same.
 */
export async function fewMentions(text: string | null): Promise<string[] | null> {
  if (text === null) {
    return null;
  }
  const rows = await replica.execute<{ call_id: string }>(sql`
    with found as materialized (${idsThatMention(text)})
    select call_id from found limit ${FEW_MENTIONS + 1}
  `);
  return rows.length > FEW_MENTIONS ? null : rows.map((row) => row.call_id);
}

function selectPage(where: SQL | undefined, order: SQL[], limit: number) {
  return replica
    .select(LIST_COLUMNS)
    .from(calls)
    .where(where)
    .orderBy(...order)
    .limit(limit);
}

/** Counting stops here: nobody reads the difference between ten thousand and ten million. */
export const COUNT_BOUND = 10_000;

export type CountedCalls = { count: number; isBounded: boolean };

/** How many calls the filter finds, exact up to `COUNT_BOUND`; `isBounded` says that there are more. */
export async function countCalls(filter: CallFilter): Promise<CountedCalls> {
  const some = replica
    .select({ one: sql`1`.as("one") })
    .from(calls)
    .where(callConditions(filter, await fewMentions(filter.q)))
    .limit(COUNT_BOUND + 1)
    .as("some");
  const [row] = await replica.select({ count: count() }).from(some);
  const found = row?.count ?? 0;
  return { count: Math.min(found, COUNT_BOUND), isBounded: found > COUNT_BOUND };
}

/** What a page shows of a call: without the search indexes, which may weigh a megabyte. */
const DETAIL_COLUMNS = {
  facts: callDetails.facts,
  transcript: callDetails.transcript,
  corrections: callDetails.corrections,
  report: callDetails.report,
  responseBody: callDetails.responseBody,
  variables: callDetails.variables,
  recordingUrl: callDetails.recordingUrl,
  recordingExpiresAt: callDetails.recordingExpiresAt,
  recordingPurgedAt: callDetails.recordingPurgedAt,
  transcriptPurgedAt: callDetails.transcriptPurgedAt,
};

/** One call, whole; null for an id that is not known. */
export async function getCall(callId: string) {
  // The one character that Postgres refuses in text (22021): no call has it in its id.
  if (callId.includes("\u0000")) {
    return null;
  }
  const [row] = await db
    .select({ call: calls, details: DETAIL_COLUMNS })
    .from(calls)
    .innerJoin(callDetails, eq(callDetails.callId, calls.callId))
    .where(eq(calls.callId, callId))
    .limit(1);
  return row ?? null;
}

export type WholeCall = NonNullable<Awaited<ReturnType<typeof getCall>>>;

/** A value that occurs in a column and in how many calls; null where the vendor did not say. */
export type FacetValue = { value: string | null; count: number };
export type Facets = Record<"outcome" | "goal" | "direction" | "language" | "scenario", FacetValue[]>;

/** The values that occur, for the filter's menus, most frequent first: one pass over the narrow table for all of them. */
export async function listFacets(): Promise<Facets> {
  const rows = await replica.execute<{ facet: keyof Facets; value: string | null; count: number }>(sql`
    select
      case
        when grouping(outcome) = 0 then 'outcome'
        when grouping(goal) = 0 then 'goal'
        when grouping(direction) = 0 then 'direction'
        when grouping(language) = 0 then 'language'
        else 'scenario'
      end as facet,
      coalesce(outcome, goal, direction, language, scenario_id) as value,
      count(*)::integer as count
    from ${calls}
    group by grouping sets ((outcome), (goal), (direction), (language), (scenario_id))
    order by count desc
    limit 500
  `);
  const facets: Facets = { outcome: [], goal: [], direction: [], language: [], scenario: [] };
  for (const { facet, value, count: found } of rows) {
    facets[facet].push({ value, count: found });
  }
  return facets;
}
