import { sql } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import type { Stretch } from "@/lib/delivery/arrivals";

/** A stretch with more deliveries than this is counted as having this many. */
const BOUND = 20_000;

/** How many deliveries came in each stretch, in the order given; a body that came again is not counted again. */
export async function countArrivals(stretches: readonly Stretch[]): Promise<number[]> {
  if (stretches.length === 0) {
    return [];
  }
  const wanted = JSON.stringify(stretches.map(({ from, to }) => [from.toISOString(), to.toISOString()]));
  const rows = await replica.execute<{ count: number }>(sql`
    select (
      select count(*)::integer from (
        select 1 from deliveries
        where received_at >= (stretch.value ->> 0)::timestamptz and received_at < (stretch.value ->> 1)::timestamptz
        limit ${BOUND}
      ) found
    ) as count
    from jsonb_array_elements(${wanted}::text::jsonb) with ordinality stretch
    order by stretch.ordinality
  `);
  return rows.map((row) => row.count);
}

/** When the first delivery of all and the latest came. */
export async function readArrivalBounds(): Promise<{ first: Date | null; last: Date | null }> {
  const [row] = await replica.execute<{ first: string | null; last: string | null }>(
    sql`select min(received_at) as first, max(received_at) as last from deliveries`,
  );
  return { first: toDate(row?.first), last: toDate(row?.last) };
}

function toDate(value: string | null | undefined): Date | null {
  return value === null || value === undefined ? null : new Date(value);
}
