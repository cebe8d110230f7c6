import { desc, gt, sql, type SQL } from "drizzle-orm";

import { jobs, replica, type Transaction } from "@/db/driver/client";
import { contractSightings } from "@/db/schema/deliveries";

/**
 * The contract watch: what the vendor sends that its contract does not contain, by name. A job adds up the flags of stored rows, so that
 * recording a delivery does not wait for a row that every delivery changes.
 */

/** The last row that was counted: `[stored_at, id]`. */
type Place = [storedAt: string, id: string];
type Cursors = { deliveries: Place; answers: Place };

const START: Place = ["-infinity", "00000000-0000-0000-0000-000000000000"];
/** The key in `states` of the cursors. */
export const WATCH_KEY = "contract_watch";
/**
 * Only rows that were stored longer ago are counted. `stored_at` is the start of the row's transaction, and no transaction that stores a
 * delivery or an answer takes this long, so no row can appear before the cursor later.
 */
const SETTLED_SECONDS = 30;
/** More names than any contract has. A sender that makes up names cannot fill the table: further names are not added. */
const MAX_NAMES = 2000;

/** The tables with flags, which are counted independently: the key of their cursor and the column of their time. */
const SOURCES = {
  deliveries: { cursor: "deliveries", seenAt: sql`received_at` },
  api_answers: { cursor: "answers", seenAt: sql`answered_at` },
} as const;
export const FLAGGED_TABLES = ["deliveries", "api_answers"] as const;
type FlaggedTable = (typeof FLAGGED_TABLES)[number];

/**
 * Counts the flags of the next rows of a table, at most `limit`, and moves its cursor, in one transaction, so that no row counts twice.
 * Returns the number of rows counted; 0 if none is left, or while another process counts.
 */
export async function foldSightings(table: FlaggedTable, limit: number): Promise<number> {
  return withCursor(table, async (transaction, place) => {
    const [row] = await transaction.execute<{ stored_at: string; id: string; counted: number }>(sql`
      with batch as (
        select stored_at, id, flags, ${SOURCES[table].seenAt} as seen_at ${nextRows(table, place, limit)}
      ), seen as (
        select flag, count(distinct id)::integer as count, min(seen_at) as first, max(seen_at) as last
        from batch, unnest(flags) as flag group by flag
      ), counted as (
        insert into contract_sightings as kept (flag, count, first_seen_at, last_seen_at)
        select flag, count, first, last from seen
        where flag in (select flag from contract_sightings) or (select count(*) from contract_sightings) < ${MAX_NAMES}
        order by flag
        on conflict (flag) do update set
          count = kept.count + excluded.count,
          first_seen_at = least(kept.first_seen_at, excluded.first_seen_at),
          last_seen_at = greatest(kept.last_seen_at, excluded.last_seen_at)
      )
      select stored_at::text, id, count(*) over ()::integer as counted from batch order by stored_at desc, id desc limit 1
    `);
    return row;
  });
}

/** Moves the cursor of a table past its next row without counting it, because it cannot be counted. Returns 1; 0 if there is none. */
export async function skipSighting(table: FlaggedTable): Promise<number> {
  return withCursor(table, async (transaction, place) => {
    const [row] = await transaction.execute<{ stored_at: string; id: string; counted: number }>(
      sql`select stored_at::text, id, 1 as counted ${nextRows(table, place, 1)}`,
    );
    return row;
  });
}

function nextRows(table: FlaggedTable, [storedAt, id]: Place, limit: number): SQL {
  return sql`
    from ${sql.identifier(table)}
    where flags <> '{}' and (stored_at, id) > (${storedAt}::timestamptz, ${id}::uuid)
      and stored_at < now() - make_interval(secs => ${SETTLED_SECONDS}::integer)
    order by stored_at, id limit ${limit}`;
}

/** Locks the cursors and stores the row up to which `work` came. */
async function withCursor(
  table: FlaggedTable,
  work: (
    transaction: Transaction,
    place: Place,
  ) => Promise<{ stored_at: string; id: string; counted: number } | undefined>,
): Promise<number> {
  const { cursor } = SOURCES[table];
  return jobs.transaction(async (transaction) => {
    await transaction.execute(sql`
      insert into states (key, value) values (${WATCH_KEY}, ${JSON.stringify({ deliveries: START, answers: START })}::text::jsonb)
      on conflict do nothing
    `);
    const [state] = await transaction.execute<{ value: Cursors }>(
      sql`select value from states where key = ${WATCH_KEY} for update skip locked`,
    );
    if (state === undefined) {
      return 0;
    }
    const last = await work(transaction, state.value[cursor]);
    if (last === undefined) {
      return 0;
    }
    const next: Cursors = { ...state.value, [cursor]: [last.stored_at, last.id] };
    await transaction.execute(sql`
      update states set value = ${JSON.stringify(next)}::text::jsonb, updated_at = now() where key = ${WATCH_KEY}
    `);
    return last.counted;
  });
}

export type Sighting = typeof contractSightings.$inferSelect;

/** What was seen, the newest first sight first. `isComplete` is false if there are more than `limit`. */
export async function listSightings(limit: number): Promise<{ sightings: Sighting[]; isComplete: boolean }> {
  const rows = await replica
    .select()
    .from(contractSightings)
    .where(gt(contractSightings.count, 0))
    .orderBy(desc(contractSightings.firstSeenAt), contractSightings.flag)
    .limit(limit + 1);
  return { sightings: rows.slice(0, limit), isComplete: rows.length <= limit };
}
