import { and, asc, desc, eq, gte, inArray, isNotNull, lt, sql, type SQL } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { auditEvents, type AuditEvent } from "@/db/schema/privacy";
import { decodeCursor, encodeCursor } from "@/lib/call/filter";
import type { AuditAction, AuditDetail } from "@/lib/privacy/audit";
import type { AuditFilter } from "@/lib/privacy/audit-filter";

/** An event to be written. `AuditEvent` is one that was read. */
export type NewAuditEvent = {
  /** Null where nobody was signed in, or where Callboard itself acted. */
  actor: { id: string; name: string; email: string } | null;
  action: AuditAction;
  callId?: string;
  /** Who or what else it is about: a user's e-mail, the name of a setting. Never a caller's number. */
  subject?: string;
  rowCount?: number;
  detail?: AuditDetail;
  sourceIp?: string | null;
};

/**
 * Writes an event to the audit log. Code that serves personal data awaits this first: what cannot be recorded is not done. Throws where
 * the database cannot be reached.
 *
 * @param on the transaction of the change, so that the change and its event are stored together or not at all
 */
export async function recordAuditEvent(event: NewAuditEvent, on: Pick<typeof db, "insert"> = db): Promise<void> {
  await on.insert(auditEvents).values(rowOf(event));
}

/**
 * Writes an event about a call, unless the same person did the same to the same call within the last `minutes`: a player requests one
 * recording in many ranges, and that is one event.
 */
export async function recordAuditEventOnce(
  event: Omit<NewAuditEvent, "rowCount" | "detail"> & { callId: string },
  minutes: number,
): Promise<void> {
  const row = rowOf(event);
  await db.execute(sql`
    insert into ${auditEvents} (actor_id, actor_name, actor_email, action, call_id, subject, source_ip)
    select ${row.actorId}, ${row.actorName}, ${row.actorEmail}, ${row.action}, ${row.callId}, ${row.subject}, ${row.sourceIp}
    where not exists (
      select 1 from ${auditEvents}
      where call_id = ${row.callId} and action = ${row.action} and actor_id is not distinct from ${row.actorId}
        and at > now() - make_interval(mins => ${minutes})
    )
  `);
}

/**
 * Writes the event of a change in the change's own transaction, if there is an event and the change found a row.
 *
 * @param changed the rows that the change returned
 * @returns whether it found a row
 */
export async function recordIfChanged(
  transaction: Transaction,
  changed: readonly unknown[],
  event?: NewAuditEvent,
): Promise<boolean> {
  if (changed.length > 0 && event !== undefined) {
    await recordAuditEvent(event, transaction);
  }
  return changed.length > 0;
}

function rowOf(event: NewAuditEvent) {
  return {
    actorId: event.actor?.id ?? null,
    actorName: event.actor?.name ?? null,
    actorEmail: event.actor?.email ?? null,
    action: event.action,
    callId: event.callId ?? null,
    subject: event.subject ?? null,
    rowCount: event.rowCount ?? null,
    detail: event.detail ?? null,
    sourceIp: event.sourceIp ?? null,
  };
}

export type AuditPage = { rows: AuditEvent[]; previousCursor: string | null; nextCursor: string | null };

/** One page of the log, the newest first, by keyset on the time and the id. */
export async function listAudit(filter: AuditFilter, cursorText: string | null, perPage: number): Promise<AuditPage> {
  const cursor = cursorText === null ? null : decodeCursor(cursorText);
  const isBackward = cursor?.side === "before";
  const direction = isBackward ? asc : desc;
  const found = await db
    .select()
    .from(auditEvents)
    .where(
      and(
        conditions(filter),
        cursor === null ? undefined : beyond(isBackward ? ">" : "<", cursor.value, cursor.callId),
      ),
    )
    .orderBy(direction(auditEvents.at), direction(auditEvents.id))
    .limit(perPage + 1);
  const hasMore = found.length > perPage;
  const page = found.slice(0, perPage);
  const rows = isBackward ? page.toReversed() : page;
  const first = rows[0];
  const last = rows.at(-1);
  const place = (side: "after" | "before", row: AuditEvent) =>
    encodeCursor({ side, value: row.at.getTime(), callId: row.id });
  return {
    rows,
    previousCursor: first !== undefined && (isBackward ? hasMore : cursor !== null) ? place("before", first) : null,
    nextCursor: last !== undefined && (isBackward || hasMore) ? place("after", last) : null,
  };
}

/** All events that match the filter, newest first, in batches of up to a thousand. */
export async function* exportAudit(filter: AuditFilter): AsyncGenerator<AuditEvent[]> {
  let last: AuditEvent | undefined;
  for (;;) {
    const rows = await db
      .select()
      .from(auditEvents)
      .where(and(conditions(filter), last === undefined ? undefined : beyond("<", last.at.getTime(), last.id)))
      .orderBy(desc(auditEvents.at), desc(auditEvents.id))
      .limit(1000);
    if (rows.length === 0) {
      return;
    }
    yield rows;
    last = rows.at(-1);
  }
}

/** The people in the log, for the menu of the filter: at most 200. */
export async function listActors(): Promise<{ id: string; name: string }[]> {
  const rows = await db
    .selectDistinctOn([auditEvents.actorId], { id: auditEvents.actorId, name: auditEvents.actorName })
    .from(auditEvents)
    .where(isNotNull(auditEvents.actorId))
    .orderBy(auditEvents.actorId, desc(auditEvents.at))
    .limit(200);
  return rows.flatMap(({ id, name }) => (id === null ? [] : [{ id, name: name ?? id }]));
}

/** The events about one call, newest first. */
export async function listAuditOfCall(callId: string, limit = 50): Promise<AuditEvent[]> {
  return db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.callId, callId))
    .orderBy(desc(auditEvents.at), desc(auditEvents.id))
    .limit(limit);
}

function beyond(side: "<" | ">", milliseconds: number, id: string): SQL {
  return sql`(${auditEvents.at}, ${auditEvents.id}) ${sql.raw(side)} (${new Date(milliseconds).toISOString()}::timestamptz, ${id}::uuid)`;
}

function conditions(filter: AuditFilter): SQL | undefined {
  return and(
    filter.action.length === 0 ? undefined : inArray(auditEvents.action, filter.action),
    filter.actor === null ? undefined : eq(auditEvents.actorId, filter.actor),
    filter.callId === null ? undefined : eq(auditEvents.callId, filter.callId),
    filter.from === null ? undefined : gte(auditEvents.at, filter.from.at),
    filter.to === null ? undefined : lt(auditEvents.at, filter.to.at),
  );
}
