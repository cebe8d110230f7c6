import { and, eq, type SQL } from "drizzle-orm";

import { type BoundedCount, countRows } from "@/db/bounded-count";
import { replica } from "@/db/driver/client";
import { type Page, type PageQuery, readPage } from "@/db/keyset";
import { calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import type { CallFilter } from "@/lib/call/filter";
import type { PageView } from "@/lib/call/list-view";

import { callConditions } from "./conditions";
import { callOrder } from "./order";

/** The columns of a listed call. */
const LIST_COLUMNS = {
  callId: calls.callId,
  occurredAt: calls.occurredAt,
  outcome: calls.outcome,
  dialResult: calls.dialResult,
  attempt: calls.attempt,
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
  /** Null only during the statement that first stores the call. */
  contact: {
    attempts: contacts.attempts,
    state: contacts.state,
    nextRetryAt: contacts.nextRetryAt,
    isInferred: contacts.isInferred,
  },
};

export type ListedCall = Awaited<ReturnType<typeof selectCalls>>[number];

/** Reads one page of the calls that the filter selects. */
export async function listCalls(filter: CallFilter, view: PageView): Promise<Page<ListedCall>> {
  const conditions = await callConditions(filter);
  return readPage(callOrder(view.sort), view, (query) => selectCalls(conditions, query));
}

function selectCalls(conditions: SQL | undefined, { beyond, orderBy, limit }: PageQuery) {
  return replica
    .select(LIST_COLUMNS)
    .from(calls)
    .leftJoin(contacts, eq(contacts.contactId, calls.contactId))
    .where(and(conditions, beyond))
    .orderBy(...orderBy)
    .limit(limit);
}

/** Counts the calls that the filter selects, exactly up to `COUNT_BOUND`. */
export async function countCalls(filter: CallFilter): Promise<BoundedCount> {
  return countRows(calls, await callConditions(filter));
}
