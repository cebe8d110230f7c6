import { eq, sql, type SQL } from "drizzle-orm";

import { calls } from "@/db/schema/calls";
import { sliceMonths } from "@/db/schema/statistics";
import type { CallFilter } from "@/lib/call/filter";

/**
 * The spans of time in which the filter's weekdays and hours lie, the latest first. Near a change of the clocks, where an hour may come twice, whole
 * days, because the conditions are checked anyway.
 */
export function hoursOf({ weekday, hour, zone, from, to }: CallFilter): SQL {
  const hours = hour.length === 0 ? [[0, 24]] : runsOf(hour);
  const spans = sql.join(
    hours.map(([since, until]) => sql`(${since}::integer, ${until}::integer)`),
    sql`, `,
  );
  const startOf = (day: SQL) => sql`((${day})::timestamp at time zone ${zone}::text)`;
  // No further than there are calls: a range may have centuries. Without calls it is null, and there are no days.
  const edge = (bound: { at: Date } | null, extreme: "min" | "max") => {
    const all = sql`(select ${sql.raw(extreme)}(${calls.occurredAt}) from ${calls})`;
    const inner = sql.raw(extreme === "min" ? "greatest" : "least");
    return bound === null
      ? all
      : sql`(select ${inner}(at, ${bound.at.toISOString()}::timestamptz) from (select ${all} as at) as found where at is not null)`;
  };
  const isAsked =
    weekday.length === 0
      ? sql`true`
      : sql`extract(isodow from day)::integer in (${sql.join(
          weekday.map((number) => sql`${number}::integer`),
          sql`, `,
        )})`;
  return sql`(
    select since, until from (
      select day::date as day, ${startOf(sql`day::date + 2`)} - ${startOf(sql`day::date - 1`)} <> interval '72 hours' as is_odd
      from generate_series(
        (${edge(from, "min")} at time zone ${zone}::text)::date - 1, (${edge(to, "max")} at time zone ${zone}::text)::date + 1, interval '1 day'
      ) as day
    ) as days cross join lateral (
      select ${startOf(sql`day`)} as since, ${startOf(sql`day + 1`)} as until where is_odd
      union all
      select ${startOf(sql`day`)} + make_interval(hours => span.since), ${startOf(sql`day`)} + make_interval(hours => span.until)
      from (values ${spans}) as span(since, until)
      where not is_odd and ${isAsked}
    ) as spans
    order by since desc offset 0
  )`;
}

/** A query for the number of dials in the filter's weekdays and hours, of all time. It says about how many calls are in them. */
export function dialsOfHours({ weekday, hour }: CallFilter): SQL {
  const allOf = (count: number, first: number) => Array.from({ length: count }, (_, index) => first + index);
  const days = weekday.length === 0 ? allOf(7, 1) : weekday;
  const hours = hour.length === 0 ? allOf(24, 0) : hour;
  const counts = days.flatMap((day) =>
    hours.map((of) => sql`${sliceMonths.dials}[${sql.raw(String((day - 1) * 24 + of + 1))}]`),
  );
  return sql`(
    select coalesce(sum(${sql.join(counts, sql` + `)}), 0)::integer from ${sliceMonths} where ${eq(sliceMonths.dimension, "all")}
  )`;
}

/** Joins consecutive numbers: 3, 4, 5 and 9 are from 3 to 6 and from 9 to 10. The ends are exclusive. */
function runsOf(numbers: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.[1] === number) {
      last[1] = number + 1;
    } else {
      runs.push([number, number + 1]);
    }
  }
  return runs;
}
