import fc from "fast-check";

import { countCalls } from "@/db/calls/list";
import { countContacts } from "@/db/contacts/list";
import { readCriteria } from "@/db/statistics/criteria";
import { readHours } from "@/db/statistics/hours";
import { readPeople } from "@/db/statistics/people";
import { hasCalls, readCallTimes } from "@/db/statistics/presence";
import { readSeries } from "@/db/statistics/series";
import { readSummary } from "@/db/statistics/summary";
import { CONTACT_STATES } from "@/lib/call/contact";
import { type CallFilter, NO_FILTER, parseCallFilter } from "@/lib/call/filter";
import { contactsHref, type Part, partHref, partOf, PARTS } from "@/lib/statistics/part";
import { boundsOf, bucketsOf, type BucketUnit } from "@/lib/time/period";
import { startOfDay, type TimeRange } from "@/lib/time/time";
import type { Database } from "@/tests/fixtures/database";
import { plansOf } from "@/tests/fixtures/plans";
import { expect, test } from "@/tests/fixtures/test";

/** Egypt's clocks go back at the end of 29 October 2026: that day has 25 hours, and one hour occurs twice. */
const ZONE = "Africa/Cairo";
const CURRENT: TimeRange = { from: startOfDay("2026-10-27", ZONE), to: startOfDay("2026-11-03", ZONE) };
const PREVIOUS: TimeRange = { from: startOfDay("2026-10-20", ZONE), to: new Date("2026-10-26T10:30:00Z") };

type Row = {
  outcome: string | null;
  goal: string | null;
  scenario: string | null;
  language: string | null;
  seconds: number | null;
  at: Date;
  isTest: boolean;
  state: "done" | "not_found" | "pending";
  criteria: Record<string, { met: boolean; primary: boolean }> | null;
  /** The index of the first dial of the group; null if this is the first. */
  root: number | null;
  attempt: number | null;
  nextRetryAt: Date | null;
};

const SAMPLE: Row = {
  outcome: "complete",
  goal: null,
  scenario: null,
  language: null,
  seconds: null,
  at: new Date(0),
  isTest: false,
  state: "done",
  criteria: null,
  root: null,
  attempt: null,
  nextRetryAt: null,
};

const CRITERIA = ["Said who calls, and why", 'Asked for "the name"', "أكد العميل الموعد", "100% sure"];

const row: fc.Arbitrary<Row> = fc.record({
  outcome: fc.constantFrom(
    "complete",
    "complete",
    "complete",
    "no_answer",
    "failed",
    "a,b",
    "unknown",
    "hlr%2C",
    "cancelled",
    "expired",
    null,
  ),
  goal: fc.constantFrom("success", "success", "failure", "error", "partial", null),
  scenario: fc.constantFrom("delivery", "survey, long", "unknown", null),
  language: fc.constantFrom("ar", "en", null),
  seconds: fc.option(fc.integer({ min: 0, max: 600 })),
  at: fc.date({ min: new Date("2026-10-18"), max: new Date("2026-11-05"), noInvalidDate: true }),
  isTest: fc.constantFrom(false, false, false, true),
  state: fc.constantFrom("done", "done", "pending", "not_found"),
  criteria: fc.option(
    fc.dictionary(fc.constantFrom(...CRITERIA), fc.record({ met: fc.boolean(), primary: fc.boolean() }), {
      maxKeys: 4,
    }),
  ),
  root: fc.option(fc.nat(40)),
  attempt: fc.option(fc.integer({ min: 1, max: 4 })),
  nextRetryAt: fc.option(fc.date({ min: new Date("2026-10-18"), max: new Date("2027-01-05"), noInvalidDate: true })),
});

/** At most one condition besides the period: with two, hardly any call would match. */
const narrowing: fc.Arbitrary<Partial<CallFilter>> = fc.oneof(
  fc.constant({}),
  fc.constantFrom<Partial<CallFilter>>(
    { outcome: ["complete"] },
    { outcome: ["a,b", "unknown"] },
    { scenario: ["delivery"] },
    { scenario: ["unknown", "survey, long"] },
    { language: ["ar"] },
    { language: ["unknown"] },
    { weekday: [4, 5] },
    { hour: [22, 23, 0, 1] },
    { minDuration: 60 },
    { criterion: "100% sure" },
    { dial: ["reached", "not_reached"] },
    { attempt: ["2", "unknown"] },
    { state: ["trying", "called_off"] },
    { state: ["overdue"] },
  ),
);

const filters: fc.Arbitrary<CallFilter> = fc
  .tuple(narrowing, fc.constantFrom(true, true, false, null))
  .map(([narrowed, counted]) =>
    Object.assign({}, NO_FILTER, narrowed, boundsOf(CURRENT, ZONE), { counted, zone: ZONE }),
  );

/** Seeds of rows, so that a failed test prints a number instead of ten pages of calls. */
const seeds = fc.integer();
function rowsOf(seed: number, minLength: number): Row[] {
  return fc.sample(fc.array(row, { minLength, maxLength: 200, size: "max" }), { seed, numRuns: 1 })[0] ?? [];
}

async function fill({ sql }: Database, rows: readonly Row[]): Promise<void> {
  await sql`truncate calls, contacts`;
  if (rows.length > 0) {
    const values = rows.map((each, index) => ({
      call_id: `call-${index}`,
      outcome: each.outcome,
      goal: each.goal,
      scenario_id: each.scenario,
      language: each.language,
      duration_seconds: each.seconds,
      started_at: each.at,
      called_off_at: each.at,
      root_call_id: each.root === null ? null : `call-${each.root}`,
      attempt: each.attempt,
      next_retry_at: each.nextRetryAt,
      has_retry_fields: each.root !== null,
      is_test: each.isTest,
      enrichment_state: each.state,
      // Prevents an application that other tests started on this database from fetching these calls from the API and changing them.
      enrichment_due_at: null,
      criteria: each.criteria === null ? null : sql.json(each.criteria),
    }));
    await sql`insert into calls ${sql(values)}`;
  }
}

/** Parses a link and counts the calls of the list that it leads to. */
async function countBehind(href: string | undefined): Promise<number | "no link"> {
  if (href === undefined) {
    return "no link";
  }
  const { filter, view } = parseCallFilter(Object.fromEntries(new URL(href, "http://localhost").searchParams), ZONE);
  return (await (view.by === "contacts" ? countContacts(filter) : countCalls(filter))).count;
}

const sum = (counts: readonly { calls: number }[]) => counts.reduce((total, { calls }) => total + calls, 0);
const sumDials = (counts: readonly { dials: number }[]) => counts.reduce((total, { dials }) => total + dials, 0);

// Prevents the start of the application, which no test here uses.
test.use({ baseURL: "http://localhost" });

test("rows 35 and 36: every number equals the count of the linked list, with or without test calls and calls unknown to the API", async ({
  database,
}) => {
  test.slow();
  let numbers = 0;
  await fc.assert(
    fc.asyncProperty(seeds, filters, async (seed, filter) => {
      await fill(database, rowsOf(seed, 100));
      const shown: [name: string, number: number, part: Part][] = [];
      const summary = await readSummary(filter, CURRENT, PREVIOUS);
      for (const [range, of] of [
        [CURRENT, summary.current],
        [PREVIOUS, summary.previous],
      ] as const) {
        shown.push(["calls", of?.figures.calls ?? -1, { range }]);
        for (const name of ["dials", "reached", "assessed", "met", "timed"] as const) {
          shown.push([name, of?.figures[name] ?? -1, { ...PARTS[name], range }]);
        }
        for (const { outcome, calls } of of?.outcomes ?? []) {
          shown.push([`outcome ${outcome}`, calls, { outcome: [outcome], range }]);
        }
      }
      for (const unit of ["hour", "day", "week"] satisfies BucketUnit[]) {
        const buckets = bucketsOf(CURRENT, unit, ZONE, 7);
        for (const { bucket, outcome, calls } of await readSeries(filter, buckets)) {
          const range = buckets[bucket] ?? PREVIOUS;
          shown.push([`${unit} ${bucket} ${outcome}`, calls, { outcome: [outcome], range }]);
        }
      }
      for (const { attempt, dials, reached } of summary.attempts) {
        shown.push([`attempt ${attempt}`, dials, { ...PARTS.dials, attempt }]);
        shown.push([`attempt ${attempt} reached`, reached, { ...PARTS.reached, attempt }]);
      }
      const people = await readPeople(filter, CURRENT, PREVIOUS);
      for (const [range, of] of [
        [CURRENT, people.current],
        [PREVIOUS, people.previous],
      ] as const) {
        for (const state of CONTACT_STATES) {
          shown.push([`people ${state}`, of?.[state] ?? -1, { state: [state], range }]);
        }
      }
      for (const { weekday, hour, dials, reached } of await readHours(filter, CURRENT)) {
        shown.push([`day ${weekday} ${hour}:00`, dials, { ...PARTS.dials, weekday, hour }]);
        shown.push([`day ${weekday} ${hour}:00 reached`, reached, { ...PARTS.reached, weekday, hour }]);
      }
      for (const { scenario, figures } of summary.scenarios) {
        shown.push([`scenario ${scenario}`, figures.calls, { scenario }]);
        for (const name of ["dials", "reached", "assessed", "met", "timed"] as const) {
          shown.push([`scenario ${scenario} ${name}`, figures[name], { ...PARTS[name], scenario }]);
        }
      }
      for (const { scenario, criterion, judged, met } of await readCriteria(filter, CURRENT)) {
        shown.push([`criterion ${criterion}`, judged, { scenario, criterion }]);
        shown.push([`criterion ${criterion} met`, met, { scenario, criterion, criterionMet: true }]);
      }

      numbers += shown.filter(([, number]) => number > 0).length;
      const wrong: unknown[] = [];
      for (const [name, number, part] of shown) {
        const count = await countBehind(
          name.startsWith("people") ? contactsHref(filter, part) : partHref(filter, part),
        );
        // A link may be missing only for a zero, or for a criterion if the page is filtered by another criterion.
        const mayLackLink =
          number === 0 ||
          name.startsWith("criterion") ||
          (filter.state.includes("overdue") && name === "people trying");
        if (count !== number && !(count === "no link" && mayLackLink)) {
          wrong.push({ name, number, count });
        }
      }
      expect(wrong).toEqual([]);
    }),
    { numRuns: 12, endOnFailure: true },
  );
  expect(numbers).toBeGreaterThan(500);
});

test("the totals of the panels are equal", async ({ database }) => {
  await fc.assert(
    fc.asyncProperty(seeds, filters, async (seed, filter) => {
      await fill(database, rowsOf(seed, 0));
      const { current, scenarios, attempts, leftOut } = await readSummary(filter, CURRENT, PREVIOUS);
      const hours = await readHours(filter, CURRENT);
      const { calls, dials, reached, timed, talkSeconds } = current.figures;
      expect({
        outcomes: sum(current.outcomes),
        series: sum(await readSeries(filter, bucketsOf(CURRENT, "hour", ZONE, 7))),
        hours: sumDials(hours),
        attempts: sumDials(attempts),
        scenarios: sum(scenarios.map(({ figures }) => figures)),
        reached: hours.reduce((total, each) => total + each.reached, 0),
        timed: scenarios.reduce((total, { figures }) => total + figures.timed, 0),
        talkSeconds: scenarios.reduce((total, { figures }) => total + figures.talkSeconds, 0),
      }).toEqual({
        outcomes: calls,
        series: calls,
        hours: dials,
        attempts: dials,
        scenarios: calls,
        reached,
        timed,
        talkSeconds,
      });
      if (filter.counted === true) {
        const all = await readSummary({ ...filter, counted: null }, CURRENT, null);
        expect([leftOut, all.leftOut]).toEqual([all.current.figures.calls - calls, 0]);
        expect(leftOut).toBe((await countCalls({ ...filter, counted: false })).count);
      }
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test("the 90th percentile equals Postgres's `percentile_disc`", async ({ database }) => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      await fill(database, rowsOf(seed, 1));
      const [expected] = await database.sql<{ p90: number | null }[]>`
        select percentile_disc(0.9) within group (order by duration_seconds) as p90
        from calls where outcome = 'complete' and occurred_at >= ${CURRENT.from} and occurred_at < ${CURRENT.to}`;
      const { current } = await readSummary({ ...NO_FILTER, zone: ZONE }, CURRENT, null);
      expect(current.figures.p90Seconds).toBe(expected?.p90);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test("an hour that occurs twice has two bars in the chart and one cell in the map", async ({ database }) => {
  // 23:30 on the 29th in summer time, and 23:30 in winter time an hour later.
  await fill(database, [
    { ...SAMPLE, at: new Date("2026-10-29T20:30:00Z") },
    { ...SAMPLE, at: new Date("2026-10-29T21:30:00Z") },
  ]);
  const filter = { ...NO_FILTER, ...boundsOf(CURRENT, ZONE), zone: ZONE };
  const buckets = bucketsOf(CURRENT, "hour", ZONE, 7);
  const series = await readSeries(filter, buckets);
  expect(series.map(({ bucket }) => buckets[bucket]?.from.toISOString()).toSorted()).toEqual([
    "2026-10-29T20:00:00.000Z",
    "2026-10-29T21:00:00.000Z",
  ]);
  expect([...(await readHours(filter, CURRENT))]).toEqual([{ weekday: 4, hour: 23, dials: 2, reached: 2 }]);
  expect(await countCalls(partOf(filter, { weekday: 4, hour: 23 }) ?? filter)).toMatchObject({ count: 2 });
});

test("without calls, counts are zero and the percentile is null", async ({ database }) => {
  await fill(database, []);
  expect(await readCallTimes()).toBeNull();
  const { current, previous, leftOut } = await readSummary(NO_FILTER, CURRENT, PREVIOUS);
  expect([current.figures.calls, current.figures.p90Seconds, previous?.figures.calls, leftOut]).toEqual([
    0,
    null,
    0,
    0,
  ]);
  expect(await readSeries(NO_FILTER, [])).toEqual([]);
});

test("the times of the first and last call include calls that statistics exclude", async ({ database }) => {
  const [first, last] = [new Date("2026-10-20T08:00:00.123Z"), new Date("2026-11-01T09:00:00Z")];
  await fill(database, [
    { ...SAMPLE, at: last },
    { ...SAMPLE, at: first, isTest: true },
  ]);
  expect(await readCallTimes()).toEqual({ first, last });
});

test("each panel looks up a rare word once in the search index, and does not check each call", async ({
  database: { sql },
}) => {
  await sql`
    insert into calls (call_id, outcome, started_at, enrichment_state)
    select 'c' || i, 'complete', ${CURRENT.from}::timestamptz + i * interval '1 minute', 'done' from generate_series(1, 6000) i`;
  await sql`
    insert into call_details (call_id, facts, search)
    select call_id, '{}', to_tsvector('simple', case when call_id = 'c77' then 'giraffe' else 'hello' end) from calls`;
  await sql`analyze calls, call_details`;
  const filter = { ...NO_FILTER, zone: ZONE, q: "giraffe" };
  for (const [name, count] of [
    ["readSummary", async () => (await readSummary(filter, CURRENT, PREVIOUS)).current.figures.calls],
    ["readSeries", async () => sum(await readSeries(filter, bucketsOf(CURRENT, "day", ZONE, 7)))],
    ["readHours", async () => sumDials(await readHours(filter, CURRENT))],
    ["readCriteria", async () => (await readCriteria(filter, CURRENT)).length + 1],
    ["hasCalls", async () => Number(await hasCalls(filter, CURRENT))],
  ] as const) {
    const plans = await plansOf(async () => expect(await count(), name).toBe(1));
    expect(plans, name).toHaveLength(2);
    expect(plans[0], name).toContain("call_details_search_idx");
    expect(plans[1], name).not.toContain("call_details");
  }
});
