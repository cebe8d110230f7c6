import { sql, type SQL } from "drizzle-orm";

import type { TimeRange } from "@/lib/time/time";
import { wholeDaysOf } from "@/lib/time/whole-days";

/**
 * The instant at which a day begins. A statement's ranges follow Node's time zone data, the cells follow those of Postgres. They can differ where a country has changed
 * its rules and one of the two is not upgraded yet.
 */
export type DayEdge = { day: string; at: Date };

/** The edges of the whole days of each range. */
export function dayEdgesOf(ranges: readonly TimeRange[], zone: string): DayEdge[] {
  return ranges.flatMap((range) => {
    const { days, within } = wholeDaysOf(range, zone);
    const edges = [
      { day: days.from, at: within.from },
      { day: days.to, at: within.to },
    ];
    return days.from === days.to ? [] : edges;
  });
}

/** Whether each of these days begins at this instant for Postgres too. The text does not depend on their number. */
export function doDaysBegin(edges: readonly DayEdge[], zone: string): SQL {
  return sql`not exists (select ${differing(edges, zone)})`;
}

/** The days of these that begin at another instant for Postgres, as a FROM and WHERE with the column `day`. */
export function differing(edges: readonly DayEdge[], zone: string): SQL {
  const days = `{${edges.map(({ day }) => day).join(",")}}`;
  const instants = `{${edges.map(({ at }) => at.toISOString()).join(",")}}`;
  const dayAt = (instant: SQL) => sql`((${instant}) at time zone ${zone}::text)::date`;
  return sql`
    from unnest(${days}::text::date[], ${instants}::text::timestamptz[]) as edge (day, at)
    where ${dayAt(sql`at`)} <> day or ${dayAt(sql`at - interval '1 millisecond'`)} >= day`;
}
