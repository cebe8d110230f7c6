import { sql } from "drizzle-orm";

import { isCounted } from "@/db/calls/conditions";
import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { contacts } from "@/db/schema/contacts";
import type { ContactState } from "@/lib/call/contact";
import { cellFilterOf, type CellFilter, type Slice, sliceOf, type Unbounded } from "@/lib/statistics/cell-filter";
import { NO_PEOPLE, type PeopleFigures } from "@/lib/statistics/figures";
import { addDays, startOfDay, type TimeRange } from "@/lib/time/time";
import { type WholeDays, wholeDaysOf } from "@/lib/time/whole-days";

import { dayEdgesOf } from "./day-edges";
import { callsDuring } from "./from-calls";
import { isAsked, isAskedCount, readCells, unseenInstant } from "./read-cells";
import { hasValueOf } from "./read-slices";

/** `previous` is null without a range to compare with. */
export type People = { current: PeopleFigures; previous: PeopleFigures | null };

type Row = { isCurrent: boolean; state: ContactState; people: number };

/** Counts the contacts that have one of the filter's calls in a range, by their states as of now. */
export async function readPeople(filter: Unbounded, current: TimeRange, previous: TimeRange | null): Promise<People> {
  const cellFilter = cellFilterOf(filter);
  const slice = cellFilter === null ? null : sliceOf(cellFilter);
  const rows =
    // The contacts of two values or weekdays do not add up, because one contact may have calls of both.
    (cellFilter === null || slice === null || (slice.values?.length ?? 1) !== 1 || cellFilter.weekdays.length > 0
      ? null
      : await fromCells(cellFilter, slice, current, previous)) ?? (await fromCalls(filter, current, previous));
  const figuresOf = (isCurrent: boolean): PeopleFigures => {
    const ours = rows.filter((row) => row.isCurrent === isCurrent);
    return { ...NO_PEOPLE, ...Object.fromEntries(ours.map(({ state, people }) => [state, people])) };
  };
  return { current: figuresOf(true), previous: previous === null ? null : figuresOf(false) };
}

/**
 * A contact is in the cells once for each day on which it has such a call, together with its previous day of such calls. It is counted on its first day in
 * the range: the one whose previous day lies before the range. The whole hours after the last whole day are counted in the same way. Also counted, each once:
 *
 * - contacts of which not everything is folded (`touched`): they are taken out as they were folded, and counted by their calls
 * - contacts with such a call in a part of a day around the whole days, and none in these
 */
async function fromCells(
  filter: CellFilter,
  slice: Slice,
  current: TimeRange,
  previous: TimeRange | null,
): Promise<Row[] | null> {
  const ranges = [
    { isCurrent: true, range: current },
    // An empty range if there is none, so that the text of the statement is the same.
    { isCurrent: false, range: previous ?? { from: current.from, to: current.from } },
  ].map(({ isCurrent, range }) => Object.assign({ isCurrent, range }, wholeHoursOf(range, filter.zone)));
  const instant = (at: Date) => sql`${at.toISOString()}::timestamptz`;
  const rangeRows = ranges.map(
    ({
      isCurrent,
      range,
      hours,
      whole: { days, within },
    }) => sql`(${isCurrent}::boolean, ${instant(range.from)}, ${instant(range.to)},
      ${instant(within.from)}, ${instant(within.to)}, ${days.from}::date, ${days.to}::date, ${hours}::integer)`,
  );
  const isAskedCall = sql`${isAsked(filter, sql`call`)} and ${isAskedCount(filter, sql`call`)}`;
  // `offset 0` makes Postgres look up the calls of each contact, and not read all calls.
  const callsOf = (contact: string) => sql`(
    select occurred_at from (select *, ${isCounted()} as is_counted from ${calls} where contact_id = ${sql.raw(contact)} offset 0) as call
    where ${isAskedCall}
  )`;
  const outside = ranges.flatMap(({ isCurrent, whole: { head, tail, within } }) =>
    [head, tail].map(
      (part) => sql`
      select distinct ${isCurrent}::boolean as is_current, contact_id, ${instant(within.from)} as within_from, ${instant(within.to)} as within_to
      from (select *, ${isCounted()} as is_counted from ${calls}) as call
      where occurred_at >= ${unseenInstant(part.from)} and occurred_at < ${unseenInstant(part.to)} and ${isAskedCall}`,
    ),
  );
  return readCells<Row>(
    filter,
    dayEdgesOf(previous === null ? [current] : [current, previous], filter.zone),
    [
      sql`ranges (is_current, range_from, range_to, within_from, within_to, days_from, days_to, hours) as materialized (
        values ${sql.join(rangeRows, sql`, `)}
      )`,
      sql`touched as materialized (
        select contact_id, min(id) filter (where is_state) as first_change
        from (
          select contact_id, id, true as is_state from contact_changes
          union all
          select contact_id, null, false from statistics_changes
        ) as change
        group by contact_id
      )`,
      sql`touched_calls as materialized (
        select touched.contact_id, call.occurred_at from touched cross join lateral ${callsOf("touched.contact_id")} as call
      )`,
      sql`outside as materialized (${sql.join(outside, sql` union `)})`,
    ],
    sql`
      select true as found, is_current as "isCurrent", state, sum(people)::integer as people
      from (
        select ranges.is_current, cell.state, case
            when cell.day < ranges.days_to then cell.people
            else (select coalesce(sum(people), 0) from unnest(cell.hours[1:ranges.hours]) as hour (people))
          end as people
        from ranges join contact_days as cell on cell.day >= ranges.days_from and cell.day <= ranges.days_to
          and (cell.previous_day is null or cell.previous_day < ranges.days_from)
        where ${hasValueOf(slice)} and ${isAskedCount(filter, sql`cell`)}
        union all
        select folded.is_current, folded.state, -1
        from (
          select ranges.is_current,
            case when touched.first_change is null then (select state from ${contacts} where contact_id = touched.contact_id)
              else (select state_before from contact_changes where id = touched.first_change) end as state
          from (
            select contact_id, occurred_at, 1 as sign from touched_calls
            union all
            select contact_id, occurred_at, -sign from statistics_changes as call where ${isAskedCall}
          ) as call
            join ranges on call.occurred_at >= ranges.within_from and call.occurred_at < ranges.within_to
            join touched using (contact_id)
          group by ranges.is_current, touched.contact_id, touched.first_change
          having sum(call.sign) > 0
        ) as folded
        where folded.state is not null
        union all
        select now.is_current, (select state from ${contacts} where contact_id = now.contact_id), 1
        from (
          select distinct ranges.is_current, call.contact_id
          from touched_calls as call join ranges on call.occurred_at >= ranges.range_from and call.occurred_at < ranges.range_to
        ) as now
        union all
        select outside.is_current, contact.state, 1
        from outside cross join lateral (
          select state, first_at, last_at from ${contacts} where contact_id = outside.contact_id offset 0
        ) as contact
        where not exists (select from touched where touched.contact_id = outside.contact_id) and (
          -- Most have no call in the whole days at all.
          contact.first_at >= outside.within_to or contact.last_at < outside.within_from or not exists (
            select from ${callsOf("outside.contact_id")} as call
            where call.occurred_at >= outside.within_from and call.occurred_at < outside.within_to
          )
        )
      ) as counted
      where state is not null
      group by 2, 3
      having sum(people) <> 0`,
  );
}

/** The whole days of a range, followed by whole hours of the next day. `within` and `tail` are before and after the end of these hours. */
function wholeHoursOf(range: TimeRange, zone: string): { whole: WholeDays; hours: number } {
  const whole = wholeDaysOf(range, zone);
  const { days, within, tail } = whole;
  const isWholeDay =
    startOfDay(addDays(days.to, 1), zone).getTime() - startOfDay(days.to, zone).getTime() === 24 * HOUR_MS;
  if (days.from === days.to || !isWholeDay) {
    // Without a whole day there is nothing to add hours to. The hours of a day on which the clocks change are not those of the clock.
    return { whole, hours: 0 };
  }
  const hours = Math.floor((tail.to.getTime() - tail.from.getTime()) / HOUR_MS);
  const at = new Date(tail.from.getTime() + hours * HOUR_MS);
  return { whole: { ...whole, within: { from: within.from, to: at }, tail: { from: at, to: tail.to } }, hours };
}

const HOUR_MS = 3_600_000;

async function fromCalls(filter: Unbounded, current: TimeRange, previous: TimeRange | null): Promise<Row[]> {
  const countIn = async (isCurrent: boolean, range: TimeRange) => {
    const { from, where, areFew } = await callsDuring([range], filter);
    // Of many, all processes of a parallel plan share the table of these contacts. Each would make its own of a `select distinct`.
    const found = areFew
      ? sql`(select distinct ${calls.contactId} as id from ${from} where ${where}) as found
          join ${contacts} as contact on contact.contact_id = found.id`
      : sql`${contacts} as contact where contact.contact_id in (select ${calls.contactId} from ${from} where ${where})`;
    return sql`select ${isCurrent}::boolean as "isCurrent", contact.state, count(*)::integer as people from ${found} group by 2`;
  };
  const counts = [await countIn(true, current), ...(previous === null ? [] : [await countIn(false, previous)])];
  return replica.execute<Row>(sql.join(counts, sql` union all `));
}
