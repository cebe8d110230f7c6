import { eq, sql, type SQL } from "drizzle-orm";

import { WATCH_KEY } from "@/db/deliveries/sightings";
import { jobs } from "@/db/driver/client";
import { readState } from "@/db/organization/states";
import { contractSightings } from "@/db/schema/deliveries";
import { states } from "@/db/schema/organization";

/**
 * The state of a reinterpretation: one row of `states`, so that any process can continue, and the page can show the progress. A process works
 * only while it holds the lease.
 */

/**
 * In this order: all calls; again the calls of deliveries from the time of the start, which another process with older rules may have recorded;
 * and what is quarantined.
 */
export const PHASES = ["calls", "recent", "quarantined"] as const;

export type Reinterpretation = {
  /** `RULES_VERSION` of `lib/sarj`. */
  version: number;
  phase: (typeof PHASES)[number];
  /** The key after which the phase continues; null at its start. */
  cursor: string | null;
  /** Calls and quarantined deliveries, read and in all. More may arrive meanwhile, so that `done` may exceed `total`. */
  done: number;
  total: number;
  /** Those of `done` that could not be read. */
  failed: number;
  /** How often the next one was tried without success. */
  tries: number;
  /** ISO 8601, by the database's clock. `finishedAt` is null while there is work left. */
  startedAt: string;
  finishedAt: string | null;
  /** A random id of the process that works on it; null if none does. */
  holder: string | null;
  leasedUntil: string | null;
};

const KEY = "reinterpretation";
/** Longer than the reading of one batch. */
const LEASE_SECONDS = 60;

/** The latest reinterpretation; null if there was none. */
export async function readReinterpretation(): Promise<Reinterpretation | null> {
  return (await readState<Reinterpretation>(KEY))?.value ?? null;
}

/** Starts a reinterpretation from the beginning, unless one is under way. */
export async function startReinterpretation(version: number): Promise<void> {
  await start(
    version,
    sql`kept.value ->> 'finishedAt' is not null or (kept.value ->> 'version')::integer < ${version}`,
  );
}

/** Starts a reinterpretation if none was started with these rules or newer ones. In an empty database it is finished at once. */
export async function startUnlessCurrent(version: number): Promise<void> {
  await start(version, sql`(kept.value ->> 'version')::integer < ${version}`);
}

async function start(version: number, isNeeded: SQL): Promise<void> {
  await jobs.execute(sql`
    with work as (
      select (select count(*) from call_details) + (select count(*) from deliveries where ${isReplayed}) as total
      where not exists (select from states as kept where key = ${KEY} and not (${isNeeded}))
    )
    insert into states as kept (key, value)
    select ${KEY}, jsonb_build_object(
      'version', ${version}::integer, 'phase', 'calls', 'cursor', null, 'done', 0, 'total', total, 'failed', 0, 'tries', 0,
      'startedAt', ${NOW}, 'finishedAt', case when total = 0 then ${NOW} end, 'holder', null, 'leasedUntil', null
    ) from work
    on conflict (key) do update set value = excluded.value, updated_at = now() where ${isNeeded}
  `);
}

/** Quarantined deliveries that today's rules may understand. A delivery from an unexpected address waits for a person. */
const isReplayed = sql.raw("verdict = 'quarantined' and reason is distinct from 'unexpected_address'");

const NOW = sql.raw(`to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
const LEASE_END = sql`to_char((now() + make_interval(secs => ${LEASE_SECONDS}::integer)) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Leases the unfinished reinterpretation to a process; null if there is none, or if another process has the lease. */
export async function claimReinterpretation(holder: string): Promise<Reinterpretation | null> {
  const rows = await jobs.execute<{ value: Reinterpretation }>(sql`
    update states set
      value = value || jsonb_build_object('holder', ${holder}::text, 'leasedUntil', ${LEASE_END}), updated_at = now()
    where key = ${KEY} and value ->> 'finishedAt' is null
      and coalesce((value ->> 'leasedUntil')::timestamptz <= now(), true)
    returning value
  `);
  return rows[0]?.value ?? null;
}

type Change = Partial<Pick<Reinterpretation, "phase" | "cursor" | "done" | "failed" | "tries">>;

/** Stores the progress and extends the lease. False if the process has lost the lease, and must stop. */
export async function storeProgress(holder: string, change: Change): Promise<boolean> {
  return write(holder, sql`${JSON.stringify(change)}::text::jsonb || jsonb_build_object('leasedUntil', ${LEASE_END})`);
}

/** Ends the lease, so that any process can continue at once. */
export async function releaseReinterpretation(holder: string): Promise<void> {
  await write(holder, sql`'{"holder": null, "leasedUntil": null}'::jsonb`);
}

async function write(holder: string, change: SQL): Promise<boolean> {
  const rows = await jobs.execute(sql`
    update states set value = value || ${change}, updated_at = now()
    where key = ${KEY} and value ->> 'holder' = ${holder} returning key
  `);
  return rows.length > 0;
}

/**
 * Ends the reinterpretation. The contract watch counts all flags again, because they were written again. A flag that is not seen
 * again is not shown any more; for the others, the first sight stays, even if its delivery was deleted.
 */
export async function finishReinterpretation(holder: string): Promise<void> {
  await jobs.transaction(async (transaction) => {
    const rows = await transaction.execute(sql`
      update states set
        value = value || jsonb_build_object('finishedAt', ${NOW}, 'holder', null, 'leasedUntil', null), updated_at = now()
      where key = ${KEY} and value ->> 'holder' = ${holder} returning key
    `);
    if (rows.length > 0) {
      await transaction.delete(states).where(eq(states.key, WATCH_KEY));
      await transaction.update(contractSightings).set({ count: 0 });
    }
  });
}

/** The ids of the next calls of a phase, in order. */
export async function nextCalls(
  { phase, cursor, startedAt }: Pick<Reinterpretation, "phase" | "cursor" | "startedAt">,
  limit: number,
): Promise<string[]> {
  const isRecent = sql`
    and call_id in (
      select call_id from deliveries
      where received_at between ${startedAt}::timestamptz - interval '15 minutes' and ${startedAt}::timestamptz + interval '15 minutes'
    )`;
  const rows = await jobs.execute<{ call_id: string }>(sql`
    select call_id from call_details
    where call_id > ${cursor ?? ""} ${phase === "recent" ? isRecent : sql.empty()}
    order by call_id limit ${limit}
  `);
  return rows.map((row) => row.call_id);
}

/** The keys of the next quarantined deliveries, in order of receipt: `time/id`. Those that arrived after the start were read by today's rules. */
export async function nextQuarantined(
  { cursor, startedAt }: Pick<Reinterpretation, "cursor" | "startedAt">,
  limit: number,
): Promise<string[]> {
  const [time = "-infinity", id = "00000000-0000-0000-0000-000000000000"] = cursor?.split("/") ?? [];
  const rows = await jobs.execute<{ key: string }>(sql`
    select received_at::text || '/' || id::text as key from deliveries
    where ${isReplayed} and (received_at, id) > (${time}::timestamptz, ${id}::uuid) and received_at <= ${startedAt}::timestamptz
    order by received_at, id limit ${limit}
  `);
  return rows.map((row) => row.key);
}
