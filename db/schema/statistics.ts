import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
} from "drizzle-orm/pg-core";

import { CONTACT_STATES } from "@/lib/call/contact";
import { CELL_SPANS, COUNT_DIMENSIONS, SLICE_DIMENSIONS, SLICE_PARTS } from "@/lib/statistics/cells";

import { calls } from "./calls";
import { instant, isOneOf } from "./columns";

/**
 * Statistics that are summed beforehand, so that no page reads millions of calls, and are exact nevertheless: a figure is what its cells hold
 * plus the changes that were not folded into them yet, read in one statement.
 *
 * Triggers of `calls` and `contacts` (migration 0010, because drizzle cannot declare triggers) append each change in the transaction that
 * makes it. Nothing of a change is updated, so deliveries never wait for each other here. `db/statistics/fold.ts` adds the changes to the
 * cells and deletes them. A day is a local date in the zone of `statistics_state`. A month's cell is the sum of its days' cells.
 *
 * Cells hold texts that calls had, such as an outcome or a criterion. What no call has any more is deleted, so that nothing stays of an
 * erased call. No CHECK forbids counts below zero, because Postgres checks the row to insert before it finds the one to update.
 */

/** What statistics tell calls apart by. */
const kindColumns = {
  scenarioId: text("scenario_id"),
  outcome: text("outcome"),
  goal: text("goal"),
  direction: text("direction"),
  language: text("language"),
  attempt: integer("attempt"),
  dialResult: text("dial_result").notNull(),
  /** Whether statistics count the call: see `isCounted` of `db/calls/conditions.ts`. */
  isCounted: boolean("is_counted").notNull(),
};

/**
 * The changes of calls that were not folded yet: what a call was, with sign -1, and what it is now, with sign 1. Without the call's id, which
 * nothing needs: changes are only ever added up.
 */
export const statisticsChanges = pgTable(
  "statistics_changes",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    sign: smallint("sign").notNull(),
    contactId: text("contact_id").notNull(),
    occurredAt: instant("occurred_at").notNull(),
    ...kindColumns,
    durationSeconds: integer("duration_seconds"),
    criteria: jsonb("criteria").$type<Record<string, { met: boolean; primary: boolean }>>(),
    /** When the transaction of the change began. */
    changedAt: instant("changed_at").notNull().defaultNow(),
  },
  () => [check("statistics_changes_sign_check", sql`sign in (-1, 1)`)],
);

/**
 * The changes of contacts' states that were not folded yet. The earliest one of a contact has its state in the cells. A new contact has none:
 * no call of it is in the cells, so neither is the contact.
 */
export const contactChanges = pgTable("contact_changes", {
  id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  contactId: text("contact_id").notNull(),
  stateBefore: text("state_before", { enum: CONTACT_STATES }).notNull(),
});

/**
 * The kinds of calls that occur in the cells: a few thousand. `hash` is `call_kind(…)` of the columns, by which `calls_kind_idx` finds the
 * calls of a kind. Kinds may share a hash, so compare the columns as well.
 */
export const callKinds = pgTable(
  "call_kinds",
  {
    id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
    hash: bigint("hash", { mode: "bigint" }).notNull(),
    ...kindColumns,
    /** How many calls of this kind are folded, of all time. */
    calls: bigint("calls", { mode: "number" }).notNull(),
  },
  (table) => [
    // No unique index on all columns: their texts can be longer than an index allows. Only one fold runs at a time.
    index("call_kinds_hash_idx").on(table.hash),
  ],
);

/** How many calls there are of each kind, by day and by month. */
export const statisticsCells = pgTable(
  "statistics_cells",
  {
    span: text("span", { enum: CELL_SPANS }).notNull(),
    /** The day, or the first day of the month. */
    start: date("start", { mode: "string" }).notNull(),
    kindId: integer("kind_id").notNull(),
    calls: integer("calls").notNull(),
    /** The calls that reached the customer and have a duration, and their durations in all. */
    timed: integer("timed").notNull(),
    talkSeconds: bigint("talk_seconds", { mode: "number" }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.span, table.start, table.kindId] }),
    check("statistics_cells_span_check", isOneOf(table.span, CELL_SPANS)),
  ],
);

/** How often each success criterion was judged, met, and marked as primary. */
export const criterionCells = pgTable(
  "criterion_cells",
  {
    span: text("span", { enum: CELL_SPANS }).notNull(),
    start: date("start", { mode: "string" }).notNull(),
    kindId: integer("kind_id").notNull(),
    criterion: text("criterion").notNull(),
    judged: integer("judged").notNull(),
    met: integer("met").notNull(),
    primaries: integer("primaries").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.span, table.start, table.kindId, table.criterion] }),
    check("criterion_cells_span_check", isOneOf(table.span, CELL_SPANS)),
  ],
);

/**
 * The dials of a day by the local hour, and the talk times of those that reached the customer, for each value of one dimension: hours and
 * percentiles would be too many cells for each kind. The dimension `all` has one value, null. In the others, null is a value of its own.
 */
export const sliceDays = pgTable(
  "slice_days",
  {
    dimension: text("dimension", { enum: SLICE_DIMENSIONS }).notNull(),
    value: text("value"),
    isCounted: boolean("is_counted").notNull(),
    day: date("day", { mode: "string" }).notNull(),
    /** 24 counts, one for each hour from 0 to 23. */
    dials: integer("dials").array().notNull(),
    reached: integer("reached").array().notNull(),
    /** The different talk times in ascending order, and how many dials had each. */
    seconds: integer("seconds").array().notNull(),
    counts: integer("counts").array().notNull(),
  },
  (table) => [
    unique("slice_days_key").on(table.dimension, table.day, table.value, table.isCounted).nullsNotDistinct(),
    check("slice_days_dimension_check", isOneOf(table.dimension, SLICE_DIMENSIONS)),
  ],
);

/** The same as `slice_days` for a month. The counts are of the hours of a week: 24 for Monday, 24 for Tuesday … A value that is null is `unknown`. */
export const sliceMonths = pgTable(
  "slice_months",
  {
    dimension: text("dimension", { enum: SLICE_DIMENSIONS }).notNull(),
    month: date("month", { mode: "string" }).notNull(),
    value: text("value").notNull(),
    isCounted: boolean("is_counted").notNull(),
    dials: integer("dials").array().notNull(),
    reached: integer("reached").array().notNull(),
    seconds: integer("seconds").array().notNull(),
    counts: integer("counts").array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.dimension, table.month, table.value, table.isCounted] }),
    check("slice_months_dimension_check", isOneOf(table.dimension, SLICE_DIMENSIONS)),
  ],
);

/**
 * How many calls of a day had each outcome, for each value of each other dimension. `value` is empty for the dimension `all`. Here and in
 * `contact_days`, a text that is null is `unknown`, because one filter value means both.
 *
 * No statement reads it any more: `figure_slices` says more in fewer rows. It is still written, because the version before discards all cells if a
 * count to subtract from is missing here. This version does not, so the next one can stop writing it if it also empties it, because its rows hold
 * words of calls that may be erased; the one after that can drop it.
 */
export const outcomeDays = pgTable(
  "outcome_days",
  {
    dimension: text("dimension", { enum: COUNT_DIMENSIONS }).notNull(),
    day: date("day", { mode: "string" }).notNull(),
    value: text("value").notNull(),
    outcome: text("outcome").notNull(),
    isCounted: boolean("is_counted").notNull(),
    calls: integer("calls").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.dimension, table.day, table.value, table.outcome, table.isCounted] }),
    check("outcome_days_dimension_check", isOneOf(table.dimension, COUNT_DIMENSIONS)),
  ],
);

/**
 * How many contacts have a call of this value on this day, and had the one before it on `previous_day`; null if there is none. So a contact is here once for
 * each day on which it has such a call. The contacts with such a call in any range of days are those whose day is in the range and whose previous
 * day is before it: each is counted once.
 *
 * The days of a contact are those of its calls that statistics count, and apart from them (`is_counted` is false) those of the others. For contacts with
 * calls of both, the rows where `is_counted` is null say by how much the sum of both differs from the days of all their calls; they may be below zero.
 */
export const contactDays = pgTable(
  "contact_days",
  {
    dimension: text("dimension", { enum: COUNT_DIMENSIONS }).notNull(),
    value: text("value").notNull(),
    day: date("day", { mode: "string" }).notNull(),
    previousDay: date("previous_day", { mode: "string" }),
    state: text("state", { enum: CONTACT_STATES }).notNull(),
    isCounted: boolean("is_counted"),
    people: integer("people").notNull(),
    /** The same by the hour of the first such call of the day: 24 hours since the day began. The last one is longer on a day with 25. */
    hours: integer("hours").array().notNull(),
  },
  (table) => [
    unique("contact_days_key")
      .on(table.dimension, table.value, table.day, table.previousDay, table.state, table.isCounted)
      .nullsNotDistinct(),
    check("contact_days_dimension_check", isOneOf(table.dimension, COUNT_DIMENSIONS)),
    check("contact_days_state_check", isOneOf(table.state, CONTACT_STATES)),
  ],
);

/**
 * The figures of the calls of a day or month that have a value of a dimension, by their outcomes, scenarios and attempts: few rows for a page, however
 * many kinds of calls there are. Triggers of `statistics_cells` (migration 0017) keep them, whichever version folds. What the figures mean is told
 * by `lib/statistics/figures.ts`: another meaning needs other triggers, and the rows filled again.
 *
 * A month has rows only once calls of a later one are folded: the months up to the latest that has any are complete, later ones are read by their days. The
 * other arrays are in the order of `keys`. `value` is empty for the dimension `all`. A text that is null is `unknown`, because one filter value
 * means both.
 *
 * About the triggers:
 * - They have the rights of the owner, because the version before may fold while its role has no rights on these tables yet.
 * - Most changes are of the latest month. To update its rows as well as those of the days would double the work. So a month's rows are summed from its days
 *   once a later month begins, and updated only from then on.
 * - The deletion of a cell that counts nothing changes no slice. A cell that counts something is deleted only when all cells are discarded, so then all
 *   slices are deleted. They could not be reduced cell by cell: the kinds of the cells may be deleted already.
 */
export const figureSlices = pgTable(
  "figure_slices",
  {
    dimension: text("dimension", { enum: COUNT_DIMENSIONS }).notNull(),
    value: text("value").notNull(),
    span: text("span", { enum: CELL_SPANS }).notNull(),
    start: date("start", { mode: "string" }).notNull(),
    part: text("part", { enum: SLICE_PARTS }).notNull(),
    isCounted: boolean("is_counted").notNull(),
    keys: text("keys").array().notNull(),
    calls: integer("calls").array().notNull(),
    dials: integer("dials").array().notNull(),
    reached: integer("reached").array().notNull(),
    assessed: integer("assessed").array().notNull(),
    met: integer("met").array().notNull(),
    timed: integer("timed").array().notNull(),
    talkSeconds: bigint("talk_seconds", { mode: "number" }).array().notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.dimension, table.value, table.span, table.start, table.part, table.isCounted],
    }),
    check("figure_slices_dimension_check", isOneOf(table.dimension, COUNT_DIMENSIONS)),
    check("figure_slices_span_check", isOneOf(table.span, CELL_SPANS)),
    check("figure_slices_part_check", isOneOf(table.part, SLICE_PARTS)),
  ],
);

/** How often the calls of a slice were judged by each criterion of each scenario: like `figure_slices`, from `criterion_cells`. */
export const criterionSlices = pgTable(
  "criterion_slices",
  {
    dimension: text("dimension", { enum: COUNT_DIMENSIONS }).notNull(),
    value: text("value").notNull(),
    span: text("span", { enum: CELL_SPANS }).notNull(),
    start: date("start", { mode: "string" }).notNull(),
    isCounted: boolean("is_counted").notNull(),
    scenarios: text("scenarios").array().notNull(),
    criteria: text("criteria").array().notNull(),
    judged: integer("judged").array().notNull(),
    met: integer("met").array().notNull(),
    primaries: integer("primaries").array().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.dimension, table.value, table.span, table.start, table.isCounted] }),
    check("criterion_slices_dimension_check", isOneOf(table.dimension, COUNT_DIMENSIONS)),
    check("criterion_slices_span_check", isOneOf(table.span, CELL_SPANS)),
  ],
);

/** At most one row: the zone in which the cells were built. Without it, or with another zone, the cells mean nothing. */
export const statisticsState = pgTable(
  "statistics_state",
  {
    id: boolean("id").primaryKey().default(true),
    zone: text("zone").notNull(),
    builtAt: instant("built_at").notNull(),
  },
  (table) => [check("statistics_state_one_row", sql`${table.id}`)],
);

/** The hash of a call's kind, as `calls_kind_idx` and `call_kinds.hash` have it. A query must use this expression to find the index. */
export const callKind = sql<bigint>`call_kind(${calls.scenarioId}, ${calls.outcome}, ${calls.goal}, ${calls.direction}, ${calls.language}, ${calls.attempt}, ${calls.dialResult}, not ${calls.isTest} and ${calls.enrichmentState} <> 'not_found')`;
