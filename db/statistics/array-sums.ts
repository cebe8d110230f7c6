import { sql, type SQL } from "drizzle-orm";

/** Sums of the arrays in cells, for an upsert whose table has the alias `kept`. */

/** Adds two arrays of counts, place by place. */
export const addedUp = (column: string): SQL =>
  sql.raw(
    `array(select a + b from unnest(kept.${column}, excluded.${column}) with ordinality as pairs (a, b, place) order by place)`,
  );

/** A histogram as two arrays, of seconds and of numbers, from rows of `second` and `number` that may repeat a second. */
export const histogram = (rows: SQL): SQL => sql`
  select coalesce(array_agg(second order by second), '{}'), coalesce(array_agg(number order by second), '{}')
  from (select second, sum(number)::integer as number from (${rows}) as parts group by second having sum(number) <> 0) as summed`;

/** The sum of two histograms in the columns `seconds` and `counts`. */
export const histogramsAddedUp: SQL = histogram(sql`
  select * from unnest(kept.seconds, kept.counts) as pairs (second, number)
  union all select * from unnest(excluded.seconds, excluded.counts) as pairs (second, number)`);
