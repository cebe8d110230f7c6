import { and, asc, count, eq, inArray, isNull, lt, lte, or, sql } from "drizzle-orm";

import { db, jobs } from "@/db/driver/client";
import { auditEvents, auditOutbox, auditStream } from "@/db/schema/privacy";

/**
 * The outbox of the audit log. While `audit_stream` has a row, a trigger adds each new event in the transaction that writes it, so an event is
 * sent exactly if it is stored. The process that holds the lease sends the events in the order of the outbox and then removes them.
 */

const LEASE_SECONDS = 60;
/** How often a process that is set up to stream says so. */
const SAY_EVERY_MINUTES = 1;
/** After this time without such a process, streaming is over. Long, so that events during an upgrade are not missed. */
const OVER_AFTER_MINUTES = 60;

/** Starts streaming, or says that it is still wanted. From now on, new events are added to the outbox. */
export async function wantStream(): Promise<void> {
  await jobs.execute(sql`
    insert into audit_stream (id) select true
    where not exists (
      select from audit_stream where wanted_at > now() - make_interval(mins => ${SAY_EVERY_MINUTES}::integer)
    )
    on conflict (id) do update set wanted_at = now()
  `);
}

/** Ends streaming if no process wants it anymore, and drops the events that wait. Call it in a process that is not set up to stream. */
export async function endUnwantedStream(): Promise<void> {
  await jobs.execute(sql`
    with ended as (
      delete from audit_stream where wanted_at < now() - make_interval(mins => ${OVER_AFTER_MINUTES}::integer) returning 1
    )
    delete from audit_outbox where exists (select from ended)
  `);
}

/** Takes the lease if events wait, no other process has it, and no pause after a failure is under way. False otherwise. */
export async function claimStream(holder: string): Promise<boolean> {
  const claimed = await jobs
    .update(auditStream)
    .set({ holder, leasedUntil: leaseEnd() })
    .where(
      and(
        or(isNull(auditStream.leasedUntil), lt(auditStream.leasedUntil, sql`now()`)),
        or(isNull(auditStream.retryAt), lte(auditStream.retryAt, sql`now()`)),
        sql`exists (select 1 from ${auditOutbox})`,
      ),
    )
    .returning({ id: auditStream.id });
  return claimed.length > 0;
}

/** The events that wait the longest, at most `limit`, in the order in which they are sent. `place`: their place in the outbox. */
export async function nextToStream(limit: number) {
  return jobs
    .select({
      place: auditOutbox.id,
      id: auditEvents.id,
      at: auditEvents.at,
      action: auditEvents.action,
      actorId: auditEvents.actorId,
      actorName: auditEvents.actorName,
      actorEmail: auditEvents.actorEmail,
      callId: auditEvents.callId,
      subject: auditEvents.subject,
      rowCount: auditEvents.rowCount,
      detail: auditEvents.detail,
      sourceIp: auditEvents.sourceIp,
    })
    .from(auditOutbox)
    .innerJoin(auditEvents, eq(auditEvents.id, auditOutbox.eventId))
    .orderBy(asc(auditOutbox.id))
    .limit(limit);
}

/** Removes events that were sent from the outbox and extends the lease. False if another process has taken the lease. */
export async function noteStreamed(holder: string, places: readonly number[]): Promise<boolean> {
  return jobs.transaction(async (transaction) => {
    await transaction.delete(auditOutbox).where(inArray(auditOutbox.id, [...places]));
    const held = await transaction
      .update(auditStream)
      .set({ lastSentAt: sql`now()`, failures: 0, error: null, retryAt: null, leasedUntil: leaseEnd() })
      .where(eq(auditStream.holder, holder))
      .returning({ id: auditStream.id });
    return held.length > 0;
  });
}

/** Records a failure: its code, and when sending is tried again. `pauses`: the seconds after the first failure, the second …; the last one repeats. */
export async function noteStreamFailure(holder: string, error: string, pauses: readonly number[]): Promise<void> {
  const list = sql.join(
    pauses.map((seconds) => sql`${seconds}::integer`),
    sql`, `,
  );
  const last = pauses.length;
  await jobs
    .update(auditStream)
    .set({
      error,
      failures: sql`${auditStream.failures} + 1`,
      retryAt: sql`now() + make_interval(secs => (array[${list}])[least(${auditStream.failures} + 1, ${last}::integer)])`,
    })
    .where(eq(auditStream.holder, holder));
}

/** Gives the lease back. */
export async function releaseStream(holder: string): Promise<void> {
  await jobs.update(auditStream).set({ holder: null, leasedUntil: null }).where(eq(auditStream.holder, holder));
}

/** How streaming goes, for the page; null if it is off. */
export async function readStreamStatus() {
  const [[stream], [waiting]] = await Promise.all([
    db
      .select({
        lastSentAt: auditStream.lastSentAt,
        failures: auditStream.failures,
        error: auditStream.error,
        retryAt: auditStream.retryAt,
      })
      .from(auditStream),
    db.select({ count: count() }).from(auditOutbox),
  ]);
  return stream === undefined ? null : { ...stream, waiting: waiting?.count ?? 0 };
}

function leaseEnd() {
  return sql`now() + make_interval(secs => ${LEASE_SECONDS}::integer)`;
}
