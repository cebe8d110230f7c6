import { desc, gt, sql } from "drizzle-orm";

import { jobs, replica } from "@/db/driver/client";
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

/**
 * Counts the flags of the next rows, at most `limit` of each table, and moves the cursors, in one transaction, so that no row counts twice.
 * Returns the number of rows counted; 0 if none is left, or while another process counts.
 */
export async function foldSightings(limit: number): Promise<number> {
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
    const count = async (table: "deliveries" | "api_answers", seenAt: string, [storedAt, id]: Place) => {
      const rows = await transaction.execute<{ stored_at: string; id: string; counted: number }>(sql`
        with batch as (
          select stored_at, id, flags, ${sql.identifier(seenAt)} as seen_at from ${sql.identifier(table)}
          where flags <> '{}' and (stored_at, id) > (${storedAt}::timestamptz, ${id}::uuid)
            and stored_at < now() - make_interval(secs => ${SETTLED_SECONDS}::integer)
          order by stored_at, id limit ${limit}
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
      return rows[0];
    };
    const delivery = await count("deliveries", "received_at", state.value.deliveries);
    const answer = await count("api_answers", "answered_at", state.value.answers);
    const next: Cursors = {
      deliveries: delivery === undefined ? state.value.deliveries : [delivery.stored_at, delivery.id],
      answers: answer === undefined ? state.value.answers : [answer.stored_at, answer.id],
    };
    await transaction.execute(sql`
      update states set value = ${JSON.stringify(next)}::text::jsonb, updated_at = now() where key = ${WATCH_KEY}
    `);
    return (delivery?.counted ?? 0) + (answer?.counted ?? 0);
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
