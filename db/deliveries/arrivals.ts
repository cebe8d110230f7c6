import { sql } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import type { Period } from "@/lib/delivery/arrivals";

/** The upper limit of each count. */
const MAX_COUNT = 20_000;

/** Counts the deliveries first received in each period; the counts have the order of `periods`. A repeated body counts once. */
export async function countArrivals(periods: readonly Period[]): Promise<number[]> {
  if (periods.length === 0) {
    return [];
  }
  const wanted = JSON.stringify(periods.map(({ from, to }) => [from.toISOString(), to.toISOString()]));
  const rows = await replica.execute<{ count: number }>(sql`
    select (
      select count(*)::integer from (
        select 1 from deliveries
        where received_at >= (period.value ->> 0)::timestamptz and received_at < (period.value ->> 1)::timestamptz
        limit ${MAX_COUNT}
      ) found
    ) as count
    from jsonb_array_elements(${wanted}::text::jsonb) with ordinality period
    order by period.ordinality
  `);
  return rows.map((row) => row.count);
}

/** When the first and the latest delivery were received; null if no delivery was received. */
export async function readArrivalBounds(): Promise<{ first: Date | null; last: Date | null }> {
  const [row] = await replica.execute<{ first: string | null; last: string | null }>(
    sql`select min(received_at) as first, max(received_at) as last from deliveries`,
  );
  return { first: toDate(row?.first), last: toDate(row?.last) };
}

function toDate(value: string | null | undefined): Date | null {
  return value === null || value === undefined ? null : new Date(value);
}
