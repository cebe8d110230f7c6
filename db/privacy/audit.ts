import { and, desc, eq, gte, inArray, isNotNull, lt, sql, type SQL } from "drizzle-orm";

import { db, type Transaction } from "@/db/driver/client";
import { newestFirst, type Page, type PageQuery, readBatches, readPage } from "@/db/keyset";
import { auditEvents, type AuditEvent } from "@/db/schema/privacy";
import type { AuditAction, AuditDetail } from "@/lib/privacy/audit";
import type { AuditFilter } from "@/lib/privacy/audit-filter";

/** An event to write. `AuditEvent` is the type of a stored one. */
export type NewAuditEvent = {
  /** Null if nobody was signed in, or if Callboard itself acted. */
  actor: { id: string; name: string; email: string } | null;
  action: AuditAction;
  callId?: string;
  /** What the event is about, other than a call: a user's e-mail or the name of a setting, for example. Never a caller's full number. */
  subject?: string;
  rowCount?: number;
  detail?: AuditDetail;
  sourceIp?: string | null;
};

/**
 * Writes an event to the audit log. Code that serves personal data awaits this first, so that no access is left unrecorded. Throws if the
 * database is unavailable.
 *
 * @param on the transaction of the change, so that the change and its event are stored together or not at all
 */
export async function recordAuditEvent(event: NewAuditEvent, on: Pick<typeof db, "insert"> = db): Promise<void> {
  await on.insert(auditEvents).values(rowOf(event));
}

/**
 * Writes an event about a call, unless the log contains the same action by the same user on the same call within the last `minutes`: a
 * player requests one recording in many ranges, which should be one event.
 */
export async function recordAuditEventOnce(
  event: Omit<NewAuditEvent, "rowCount" | "detail"> & { callId: string },
  minutes: number,
): Promise<void> {
  const row = rowOf(event);
  await db.transaction(async (transaction) => {
    // Requests for two ranges at once would otherwise both find no event.
    const key = JSON.stringify([row.actorId, row.action, row.callId]);
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
    await transaction.execute(sql`
      insert into ${auditEvents} (actor_id, actor_name, actor_email, action, call_id, subject, source_ip)
      select ${row.actorId}, ${row.actorName}, ${row.actorEmail}, ${row.action}, ${row.callId}, ${row.subject}, ${row.sourceIp}
      where not exists (
        select 1 from ${auditEvents}
        where call_id = ${row.callId} and action = ${row.action} and actor_id is not distinct from ${row.actorId}
          and at > now() - make_interval(mins => ${minutes})
      )
    `);
  });
}

/**
 * Writes the event of a change in the same transaction, if there is an event and the change affected a row.
 *
 * @param changed the rows that the change returned
 * @returns whether the change affected a row
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

const LOG_ORDER = newestFirst<AuditEvent>(auditEvents.at, auditEvents.id, ({ at, id }) => ({
  value: at.getTime(),
  id,
}));

/** One page of the log, newest event first. */
export function listAudit(filter: AuditFilter, cursor: string | null, perPage: number): Promise<Page<AuditEvent>> {
  return readPage(LOG_ORDER, { cursor, perPage }, (query) => selectEvents(filter, query));
}

/** All events that match the filter, newest first, in batches of 1,000. */
export function exportAudit(filter: AuditFilter): AsyncGenerator<AuditEvent[], void> {
  return readBatches(LOG_ORDER, 1000, (query) => selectEvents(filter, query));
}

function selectEvents(filter: AuditFilter, { beyond, orderBy, limit }: PageQuery) {
  return db
    .select()
    .from(auditEvents)
    .where(and(conditions(filter), beyond))
    .orderBy(...orderBy)
    .limit(limit);
}

/** The users in the log, for the filter's menu: at most 200. */
export async function listActors(): Promise<{ id: string; name: string }[]> {
  const rows = await db
    .selectDistinctOn([auditEvents.actorId], { id: auditEvents.actorId, name: auditEvents.actorName })
    .from(auditEvents)
    .where(isNotNull(auditEvents.actorId))
    .orderBy(auditEvents.actorId, desc(auditEvents.at))
    .limit(200);
  return rows.flatMap(({ id, name }) => (id === null ? [] : [{ id, name: name ?? id }]));
}

/** The latest events about one call, newest first. */
export async function listAuditOfCall(callId: string, limit = 50): Promise<AuditEvent[]> {
  return db
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.callId, callId))
    .orderBy(desc(auditEvents.at), desc(auditEvents.id))
    .limit(limit);
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
