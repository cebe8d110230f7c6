import { and, eq, lte, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import { contactConditions, contactOrder } from "@/db/contacts/list";
import { cancellable } from "@/db/driver/cancellable";
import { type Database, settledReplica } from "@/db/driver/client";
import { executeRaw } from "@/db/driver/raw";
import { type PageQuery, type Place, queryAfter } from "@/db/keyset";
import { callDetails, calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import type { CallFilter } from "@/lib/call/filter";
import type { CallListView } from "@/lib/call/list-view";

import { callConditions } from "./conditions";
import { callOrder } from "./order";
import { listVariables } from "./variables";

/**
 * What a field holds, in the bytes of a batch:
 *
 * - `id`, `text`, `number` (a phone number), `reason`: text; the first is shown as it is, to everyone
 * - `instant`: seconds since 1970, with up to three decimals
 * - `integer`: digits
 * - `boolean`: `t` or `f`
 * - `variables`: a JSON object
 */
export type ExportKind = "id" | "text" | "number" | "reason" | "instant" | "integer" | "boolean" | "variables";

type ExportField = { name: string; kind: ExportKind; value: SQL | PgColumn; valueOfContact?: PgColumn };

/** The columns of the file and where they come from. Never the URL of the recording, because anyone who has the URL can listen. */
const FIELDS = [
  { name: "call_id", kind: "id", value: calls.callId },
  { name: "occurred_at", kind: "instant", value: calls.occurredAt },
  { name: "outcome", kind: "text", value: calls.outcome },
  { name: "status", kind: "text", value: calls.status },
  { name: "goal", kind: "text", value: calls.goal },
  { name: "goal_reason", kind: "reason", value: sql`${callDetails.report} -> 'outcome' ->> 'reason'` },
  { name: "phone_number", kind: "number", value: calls.phoneNumber },
  { name: "customer_name", kind: "text", value: calls.customerName },
  { name: "scenario_id", kind: "text", value: calls.scenarioId },
  { name: "direction", kind: "text", value: calls.direction },
  { name: "language", kind: "text", value: calls.language },
  { name: "interaction_type", kind: "text", value: calls.interactionType },
  { name: "duration_seconds", kind: "integer", value: calls.durationSeconds },
  { name: "created_at", kind: "instant", value: calls.createdAt },
  { name: "started_at", kind: "instant", value: calls.startedAt },
  { name: "ended_at", kind: "instant", value: calls.endedAt },
  { name: "first_received_at", kind: "instant", value: calls.firstReceivedAt },
  { name: "has_recording", kind: "boolean", value: calls.hasRecording },
  { name: "reviewed_at", kind: "instant", value: calls.reviewedAt },
  { name: "is_test", kind: "boolean", value: calls.isTest },
  { name: "contact_id", kind: "id", value: calls.contactId },
  { name: "attempt", kind: "integer", value: calls.attempt },
  { name: "scheduled_at", kind: "instant", value: calls.scheduledAt },
  { name: "next_retry_at", kind: "instant", value: calls.nextRetryAt, valueOfContact: contacts.nextRetryAt },
  { name: "state", kind: "text", value: contacts.state },
  { name: "attempts", kind: "integer", value: contacts.attempts },
  {
    name: "variables",
    kind: "variables",
    // Variables in an unknown form are no object, and have no columns.
    value: sql`case when jsonb_typeof(${callDetails.variables}) = 'object' then ${callDetails.variables} end`,
  },
  // Not in the file. Null only during the statement that first stores the call.
  { name: "last_at", kind: "instant", value: contacts.lastAt },
] as const satisfies ExportField[];

type FieldName = (typeof FIELDS)[number]["name"];

/** The fields of a row in a batch, in this order. Other programs read the names in the file: add some, but never rename or remove one. */
export const EXPORT_FIELDS: readonly { name: FieldName; kind: ExportKind }[] = FIELDS;

/** Between the fields of a row, and between rows. */
export const FIELD_SEPARATOR = 0x1f;
export const ROW_SEPARATOR = 0x1e;

/**
 * Rows as Postgres wrote them: all fields of all rows in one text, with separators in between. A missing value is an empty field.
 * So a batch costs the driver as much as one row.
 */
export type ExportBatch = {
  bytes: Buffer;
  rows: number;
  /** Whether the texts are JSON strings, because one contains a separator. */
  isEscaped: boolean;
};

export type CallExport = {
  /** The names of the variables of these calls, sorted: each is a column. */
  variables: string[];
  /** The calls in the requested order, in batches that are read when the caller requests them. */
  batches: AsyncGenerator<ExportBatch, void>;
};

const FIRST_ROWS = 500;
const MAX_ROWS = 4_000;
/** A batch is about this long, and never much more than four times as long, unless a single row is. */
const BATCH_BYTES = 1_500_000;

/**
 * Reads every call that the filter selects, with its variables, by keyset. So a slow or lost reader holds neither a connection nor a snapshot, and
 * any number of rows needs the memory of one batch. Calls that are first received after the start are left out.
 *
 * @param view.by for `contacts`, one row per contact, with the call that decides its state
 * @param isLarge whether there are too many calls to look for the names of their variables: then these are the names of all calls
 * @param signal cancels the running query, in Postgres too; the pending promise then rejects
 */
export async function exportCalls(
  filter: CallFilter,
  { sort, by }: Pick<CallListView, "sort" | "by">,
  isLarge: boolean,
  signal: AbortSignal,
): Promise<CallExport> {
  const database = cancellable(await settledReplica(), signal);
  const conditions = await (by === "contacts" ? contactConditions(filter) : callsUntilNow(database, filter));
  const variables = await listVariables(database, isLarge ? null : { by, conditions });
  const order = by === "contacts" ? contactOrder(sort) : callOrder(sort);
  const placeOf = (row: LastRow) =>
    by === "contacts" ? contactOrder(sort).placeOf(row) : callOrder(sort).placeOf(row);
  const read = async (place: Place | null, limit: number, isEscaped: boolean) => {
    signal.throwIfAborted();
    const lines = selectLines(
      by,
      conditions,
      queryAfter(order as typeof order & Parameters<typeof queryAfter>[0], place, limit),
      isEscaped,
    );
    const [[count, bytes] = []] = await executeRaw(database, lines);
    return { rows: Number(count), bytes: bytes ?? Buffer.alloc(0), isEscaped };
  };
  return { variables, batches: readAll(read, placeOf) };
}

/** A call that arrives during the export would be on no page or on two. */
async function callsUntilNow(database: Database, filter: CallFilter): Promise<SQL | undefined> {
  const [clock] = await database.execute<{ now: string }>(sql`select now()`);
  return and(
    await callConditions(filter),
    clock === undefined ? undefined : lte(calls.firstReceivedAt, new Date(clock.now)),
  );
}

async function* readAll(
  read: (place: Place | null, limit: number, isEscaped: boolean) => Promise<ExportBatch>,
  placeOf: (row: LastRow) => Place,
): AsyncGenerator<ExportBatch, void> {
  let place: Place | null = null;
  let limit = FIRST_ROWS;
  for (;;) {
    let batch: ExportBatch = await read(place, limit, false);
    if (!isSeparated(batch)) {
      batch = await read(place, limit, true);
    }
    if (batch.rows === 0) {
      return;
    }
    yield batch;
    place = placeOf(lastRow(batch));
    limit = Math.max(1, Math.min(MAX_ROWS, Math.floor((BATCH_BYTES * batch.rows) / batch.bytes.length)));
  }
}

/** Whether no text contains a separator. A text cannot remove one, so their numbers tell. */
function isSeparated({ bytes, rows }: ExportBatch): boolean {
  let fields = 0;
  let lines = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === FIELD_SEPARATOR) {
      fields += 1;
    } else if (byte === ROW_SEPARATOR) {
      lines += 1;
    }
  }
  return fields === rows * (FIELDS.length - 1) && lines === Math.max(rows - 1, 0);
}

type LastRow = { callId: string; occurredAt: Date; durationSeconds: number | null; contactId: string; lastAt: Date };

function lastRow({ bytes, isEscaped }: ExportBatch): LastRow {
  const line = bytes.subarray(bytes.lastIndexOf(ROW_SEPARATOR) + 1).toString("utf8");
  const texts = line.split(String.fromCharCode(FIELD_SEPARATOR));
  const textOf = (name: FieldName) => texts[FIELDS.findIndex((field) => field.name === name)] ?? "";
  const idOf = (name: FieldName) => (isEscaped ? (JSON.parse(textOf(name)) as string) : textOf(name));
  const duration = textOf("duration_seconds");
  return {
    callId: idOf("call_id"),
    occurredAt: new Date(Math.round(Number(textOf("occurred_at")) * 1000)),
    durationSeconds: duration === "" ? null : Number(duration),
    contactId: idOf("contact_id"),
    lastAt: new Date(Math.round(Number(textOf("last_at")) * 1000)),
  };
}

/** One row: how many rows the batch has, and the batch. */
function selectLines(
  by: CallListView["by"],
  conditions: SQL | undefined,
  { beyond, orderBy, limit }: PageQuery,
  isEscaped: boolean,
): SQL {
  const fields = FIELDS.map((field: ExportField) => {
    const value = by === "contacts" ? (field.valueOfContact ?? field.value) : field.value;
    return field.kind === "instant"
      ? sql`date_part('epoch', ${value})`
      : isEscaped && TEXTS.has(field.kind)
        ? sql`to_json(${value})::text`
        : sql`${value}`;
  });
  // Of all functions that join texts, this one takes the least time. It writes null as nothing.
  const form = fields.map(() => "%s").join(String.fromCharCode(FIELD_SEPARATOR));
  const line = sql`format(${sql.raw(`'${form}'`)}, ${sql.join(fields, sql`, `)})`;
  const from =
    by === "contacts"
      ? sql`${contacts} join ${calls} on ${eq(calls.callId, contacts.lastCallId)}
          left join ${callDetails} on ${eq(callDetails.callId, calls.callId)}`
      : sql`${calls} left join ${callDetails} on ${eq(callDetails.callId, calls.callId)}
          left join ${contacts} on ${eq(contacts.contactId, calls.contactId)}`;
  const where = and(conditions, beyond);
  return sql`
    select count(*), string_agg(line, ${sql.raw(character(ROW_SEPARATOR))}) from (
      select line, sum(octet_length(line)) over (rows unbounded preceding) - octet_length(line) as bytes_before from (
        select ${line} as line from ${from}
        ${where === undefined ? sql.empty() : sql`where ${where}`}
        order by ${sql.join(orderBy, sql`, `)} limit ${limit}
      ) ordered
    ) sized where bytes_before < ${BATCH_BYTES * 4}`;
}

const TEXTS: ReadonlySet<ExportKind> = new Set(["id", "text", "number", "reason"]);

/** A character that a text may contain, but never JSON. */
function character(code: number): string {
  return `chr(${code})`;
}
