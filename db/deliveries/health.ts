import { sql } from "drizzle-orm";

import { jobs } from "@/db/driver/client";
import { withConnection } from "@/db/driver/deadline-pool";
import { deliveries } from "@/db/schema/deliveries";
import { statisticsChanges, statisticsState } from "@/db/schema/statistics";
import { errorCode } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

export type Health = {
  lastDeliveryAt: Date | null;
  quarantined: number;
  /** `builtAt` is null while figures are read from the calls. `waitingSince`: when the first change was made that is not folded yet; null without one. */
  statistics: { builtAt: Date | null; waitingSince: Date | null };
};

type Row = { last: string | null; quarantined: number; built: string | null; waiting: string | null };

const HEALTH_TIMEOUT_MS = 2000;

/** The part of `/api/health` that the database knows; null if the database does not answer within two seconds. Never throws. */
export async function readHealth(): Promise<Health | null> {
  // One statement: of several at once, one could be sent behind a long statement of a job, on the same connection.
  const query = jobs.execute<Row>(sql`
    select (select max(received_at) from ${deliveries})::text as last, (select count(*) from ${deliveries} where verdict = 'quarantined')::integer as quarantined,
      (select built_at from ${statisticsState})::text as built, (select changed_at from ${statisticsChanges} order by id limit 1)::text as waiting
  `);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), HEALTH_TIMEOUT_MS);
  });
  try {
    const rows = await Promise.race([query, late]);
    if (rows === null) {
      return null;
    }
    const [row] = rows;
    const timeOf = (text: string | null | undefined) => (text === null || text === undefined ? null : new Date(text));
    return {
      lastDeliveryAt: timeOf(row?.last),
      quarantined: row?.quarantined ?? 0,
      statistics: { builtAt: timeOf(row?.built), waitingSince: timeOf(row?.waiting) },
    };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    query.catch(() => {});
  }
}

/** `errorCode` is null if the write worked: else an SQLSTATE or a code of the driver. */
export type WriteProbe = { errorCode: string | null };

const PROBE_EVERY_MS = 5000;
const PROBE_WITHIN_MS = 1500;
const probe = perProcess("write probe", () => ({
  startedAt: Number.NEGATIVE_INFINITY,
  result: null as Promise<WriteProbe> | null,
}));

/**
 * Whether a delivery could be written now. At most one write every five seconds per process, however often this is called: in between, it
 * returns the last result. Never throws.
 */
export function probeWrite(): Promise<WriteProbe> {
  if (probe.result === null || performance.now() - probe.startedAt > PROBE_EVERY_MS) {
    probe.startedAt = performance.now();
    probe.result = write().then(
      () => ({ errorCode: null }),
      (error: unknown) => ({ errorCode: errorCode(error) }),
    );
  }
  return probe.result;
}

/**
 * Writes one row of `states` over a connection of deliveries, and takes the locks and needs the privileges of a delivery without writing one.
 * So it fails on a read-only server, on a full disk, without a privilege, and while a table is locked.
 */
async function write(): Promise<void> {
  await withConnection(
    (on) =>
      on.execute(sql`
        with delivery as (insert into deliveries (call_id, id, body) select '', gen_random_uuid(), ''::bytea where false),
          delivery_again as (update deliveries set times_received = times_received where false),
          call as (insert into calls (call_id) select '' where false),
          call_again as (update calls set outcome = outcome where false),
          details as (insert into call_details (call_id, facts) select '', '{}'::jsonb where false),
          details_again as (update call_details set facts = facts where false),
          contact as (update contacts set state = state where false)
        insert into states (key, value) values ('write_probe', 'null')
        on conflict (key) do update set updated_at = now()`),
    PROBE_WITHIN_MS,
  );
}
