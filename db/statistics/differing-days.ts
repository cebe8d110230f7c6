import { sql } from "drizzle-orm";

import { jobs, replica } from "@/db/driver/client";
import { addDays, dayOf, startOfDay } from "@/lib/time/time";

import { differing } from "./day-edges";
import { currentZone } from "./zone-rules";

/** Computing when a day begins takes Node about 20 µs, so other work gets its turn after this many. */
const AT_ONCE = 366;

/**
 * How many days of the organization's zone begin at another instant for Postgres than for Node, from the first call's to tomorrow or to the last call's, at most
 * 400 days ahead. Figures whose range, or one of whose bars, begins or ends with such a day are read from the calls: see `doDaysBegin`. It asks the server
 * that figures are read from.
 */
export async function countDifferingDays(): Promise<number> {
  const [extent] = await jobs.execute<{ zone: string; first: number; last: number }>(sql`
    select ${currentZone} as zone, extract(epoch from greatest(coalesce(first, now()), '2000-01-01'))::float8 as first,
      extract(epoch from greatest(now(), least(last, now() + interval '400 days')))::float8 as last
    from (select min(occurred_at) as first, max(occurred_at) as last from calls) as extent
  `);
  const { zone, first, last } = extent ?? { zone: "UTC", first: 0, last: 0 };
  const end = addDays(dayOf(new Date(last * 1000), zone), 1);
  let count = 0;
  for (let day = dayOf(new Date(first * 1000), zone); day <= end; day = addDays(day, AT_ONCE)) {
    const from = day;
    const edges = Array.from({ length: AT_ONCE }, (_, index) => addDays(from, index))
      .filter((one) => one <= end)
      .map((one) => ({ day: one, at: startOfDay(one, zone) }))
      // A zone that moved over the date line skipped a day: it begins for neither of the two.
      .filter(({ day: one, at }) => dayOf(at, zone) === one);
    const [found] = await replica.execute<{ count: number }>(
      sql`select count(*)::integer as count ${differing(edges, zone)}`,
    );
    count += found?.count ?? 0;
  }
  return count;
}
