import { and, eq, lte, sql, type SQL } from "drizzle-orm";

import { contactConditions, contactOrder } from "@/db/contacts/list";
import { cancellable } from "@/db/driver/cancellable";
import { type Database, replica } from "@/db/driver/client";
import { type PageQuery, readBatches } from "@/db/keyset";
import { callDetails, calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import type { JsonObject } from "@/lib/call/facts";
import type { CallFilter } from "@/lib/call/filter";
import type { CallListView } from "@/lib/call/list-view";

import { callConditions } from "./conditions";
import { callOrder } from "./order";

/** The columns of an exported call. Never the URL of the recording, because anyone who has the URL can listen. */
const EXPORT_COLUMNS = {
  callId: calls.callId,
  occurredAt: calls.occurredAt,
  outcome: calls.outcome,
  status: calls.status,
  goal: calls.goal,
  goalReason: sql<string | null>`${callDetails.report} -> 'outcome' ->> 'reason'`,
  phoneNumber: calls.phoneNumber,
  customerName: calls.customerName,
  scenarioId: calls.scenarioId,
  direction: calls.direction,
  language: calls.language,
  interactionType: calls.interactionType,
  contactId: calls.contactId,
  attempt: calls.attempt,
  scheduledAt: calls.scheduledAt,
  nextRetryAt: calls.nextRetryAt,
  state: contacts.state,
  attempts: contacts.attempts,
  /** Null only during the statement that first stores the call. */
  lastAt: contacts.lastAt,
  durationSeconds: calls.durationSeconds,
  createdAt: calls.createdAt,
  startedAt: calls.startedAt,
  endedAt: calls.endedAt,
  firstReceivedAt: calls.firstReceivedAt,
  hasRecording: calls.hasRecording,
  reviewedAt: calls.reviewedAt,
  isTest: calls.isTest,
  /** Variables in an unknown form are no object, and have no columns. */
  variables: sql<JsonObject | null>`case when jsonb_typeof(${callDetails.variables}) = 'object' then ${callDetails.variables} end`,
};

export type ExportedCall = Awaited<ReturnType<typeof selectCalls>>[number];

export type CallExport = {
  /** The names of all variables that occur in these calls, sorted: each is a column. */
  variables: string[];
  /** The calls in the requested order, in batches that are read when the caller requests them. */
  batches: AsyncGenerator<ExportedCall[], void>;
};

const BATCH_ROWS = 1_000;
/** Reading the variables of a million calls takes longer than the usual statement timeout. */
const VARIABLES_TIMEOUT_MS = 300_000;

/**
 * Reads every call that the filter selects, with its variables. It reads the calls twice: first for the names of the variables, because
 * they are in the header line of the file, then for the rows, by keyset. So a slow or lost reader holds neither a connection nor a
 * snapshot, and any number of rows needs the memory of one batch. Calls that are first received after the start are left out.
 *
 * @param view.by for `contacts`, one row per contact, with the call that decides its state
 * @param signal cancels the running query, in Postgres too; the pending promise then rejects
 */
export async function exportCalls(
  filter: CallFilter,
  { sort, by }: Pick<CallListView, "sort" | "by">,
  signal: AbortSignal,
): Promise<CallExport> {
  const database = cancellable(replica, signal);
  if (by === "contacts") {
    const conditions = await contactConditions(filter);
    return {
      variables: await listVariables(database, by, conditions),
      batches: readBatches<ExportedCall>({ ...contactOrder(sort), placeOf: contactPlace }, BATCH_ROWS, (query) => {
        signal.throwIfAborted();
        return selectContacts(database, conditions, query);
      }),
    };
  }
  const [clock] = await database.execute<{ now: string }>(sql`select now()`);
  const conditions = and(
    await callConditions(filter),
    clock === undefined ? undefined : lte(calls.firstReceivedAt, new Date(clock.now)),
  );
  return {
    variables: await listVariables(database, by, conditions),
    batches: readBatches(callOrder(sort), BATCH_ROWS, (query) => {
      signal.throwIfAborted();
      return selectCalls(database, conditions, query);
    }),
  };
}

function contactPlace({ contactId, lastAt }: ExportedCall) {
  return { value: lastAt?.getTime() ?? 0, id: contactId };
}

async function listVariables(
  database: Database,
  by: CallListView["by"],
  conditions: SQL | undefined,
): Promise<string[]> {
  const rows = await database.transaction(
    async (transaction) => {
      await transaction.execute(sql.raw(`set local statement_timeout = ${VARIABLES_TIMEOUT_MS}`));
      const named = transaction.selectDistinct({ name: sql<string>`name` });
      const ofCalls =
        by === "calls"
          ? named.from(calls)
          : named.from(contacts).innerJoin(calls, eq(calls.callId, contacts.lastCallId));
      return ofCalls
        .innerJoin(callDetails, eq(callDetails.callId, calls.callId))
        .innerJoin(
          sql`lateral jsonb_object_keys(
            case when jsonb_typeof(${callDetails.variables}) = 'object' then ${callDetails.variables} else '{}' end
          ) name`,
          sql`true`,
        )
        .where(conditions);
    },
    { accessMode: "read only" },
  );
  return rows.map(({ name }) => name).toSorted();
}

function selectCalls(database: Database, conditions: SQL | undefined, { beyond, orderBy, limit }: PageQuery) {
  return database
    .select(EXPORT_COLUMNS)
    .from(calls)
    .leftJoin(callDetails, eq(callDetails.callId, calls.callId))
    .leftJoin(contacts, eq(contacts.contactId, calls.contactId))
    .where(and(conditions, beyond))
    .orderBy(...orderBy)
    .limit(limit);
}

function selectContacts(database: Database, conditions: SQL | undefined, { beyond, orderBy, limit }: PageQuery) {
  return database
    .select({ ...EXPORT_COLUMNS, nextRetryAt: contacts.nextRetryAt })
    .from(contacts)
    .innerJoin(calls, eq(calls.callId, contacts.lastCallId))
    .leftJoin(callDetails, eq(callDetails.callId, calls.callId))
    .where(and(conditions, beyond))
    .orderBy(...orderBy)
    .limit(limit);
}
