import { and, eq, lte, sql, type SQL } from "drizzle-orm";

import { cancellable } from "@/db/driver/cancellable";
import { type Database, replica } from "@/db/driver/client";
import { callDetails, calls } from "@/db/schema/calls";
import type { JsonObject } from "@/lib/call/facts";
import type { CallFilter, CallSort, Cursor } from "@/lib/call/filter";

import { callConditions } from "./conditions";
import { fewMentions } from "./list";
import { cursorAt, keyset } from "./order";

/** What an export says of a call. Never the recording's URL: whoever holds it can listen. */
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
  durationSeconds: calls.durationSeconds,
  createdAt: calls.createdAt,
  startedAt: calls.startedAt,
  endedAt: calls.endedAt,
  firstReceivedAt: calls.firstReceivedAt,
  hasRecording: calls.hasRecording,
  reviewedAt: calls.reviewedAt,
  isTest: calls.isTest,
  variables: sql<JsonObject | null>`${callDetails.variables}`,
};

export type ExportedCall = Awaited<ReturnType<typeof readBatch>>[number];

export type CallExport = {
  /** The names of all variables that occur in the calls found, sorted: each is a column. */
  variables: string[];
  /** The calls in the order asked for, some at a time: the next ones are read when they are asked for. */
  batches: AsyncGenerator<ExportedCall[], void>;
};

const BATCH_ROWS = 1_000;
/** Looking through a million calls for the names of their variables takes longer than a page may. */
const VARIABLES_TIMEOUT_MS = 300_000;

/**
 * Every call that the filter finds, with its variables. It goes over the calls twice, because a file's columns stand in its first
 * line: once for the names of the variables, then for the rows, by keyset. So a reader who is slow or gone holds neither a
 * connection nor a snapshot, and any number of rows takes the memory of one batch. Calls that come in meanwhile are left out.
 *
 * @param signal cancels the query that runs, in Postgres too; what waits for it fails
 */
export async function exportCalls(filter: CallFilter, sort: CallSort, signal: AbortSignal): Promise<CallExport> {
  const database = cancellable(replica, signal);
  const [clock] = await database.execute<{ now: string }>(sql`select now()`);
  const conditions = and(
    callConditions(filter, await fewMentions(filter.q)),
    clock === undefined ? undefined : lte(calls.firstReceivedAt, new Date(clock.now)),
  );
  return {
    variables: await listVariables(database, conditions),
    batches: readBatches(database, conditions, sort, signal),
  };
}

async function listVariables(database: Database, conditions: SQL | undefined): Promise<string[]> {
  const rows = await database.transaction(
    async (transaction) => {
      await transaction.execute(sql.raw(`set local statement_timeout = ${VARIABLES_TIMEOUT_MS}`));
      return transaction
        .selectDistinct({ name: sql<string>`name` })
        .from(calls)
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

async function* readBatches(
  database: Database,
  conditions: SQL | undefined,
  sort: CallSort,
  signal: AbortSignal,
): CallExport["batches"] {
  let place: Cursor | null = null;
  for (;;) {
    signal.throwIfAborted();
    const batch: ExportedCall[] = await readBatch(database, conditions, sort, place);
    yield batch;
    const last = batch.at(-1);
    if (last === undefined || batch.length < BATCH_ROWS) {
      return;
    }
    place = cursorAt("after", last, sort);
  }
}

function readBatch(database: Database, conditions: SQL | undefined, sort: CallSort, place: Cursor | null) {
  const { beyond, orderBy } = keyset(sort, place);
  return database
    .select(EXPORT_COLUMNS)
    .from(calls)
    .leftJoin(callDetails, eq(callDetails.callId, calls.callId))
    .where(and(conditions, beyond))
    .orderBy(...orderBy)
    .limit(BATCH_ROWS);
}
