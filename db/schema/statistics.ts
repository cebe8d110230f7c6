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
  uuid,
} from "drizzle-orm/pg-core";

import { CONTACT_STATES } from "@/lib/call/contact";
import { CELL_SPANS, SLICE_DIMENSIONS } from "@/lib/statistics/cells";

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

/**
 * How many contacts have their first and their last call in these days or months, are in this state, and have calls of exactly these kinds.
 */
export const contactCells = pgTable(
  "contact_cells",
  {
    span: text("span", { enum: CELL_SPANS }).notNull(),
    firstStart: date("first_start", { mode: "string" }).notNull(),
    lastStart: date("last_start", { mode: "string" }).notNull(),
    state: text("state", { enum: CONTACT_STATES }).notNull(),
    /** The MD5 of the ids in `kinds`, which can be longer than an index allows. */
    kindsKey: uuid("kinds_key").notNull(),
    /** The ids of the kinds of all its calls, ascending. */
    kinds: integer("kinds").array().notNull(),
    people: integer("people").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.span, table.firstStart, table.lastStart, table.state, table.kindsKey] }),
    check("contact_cells_span_check", isOneOf(table.span, CELL_SPANS)),
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
