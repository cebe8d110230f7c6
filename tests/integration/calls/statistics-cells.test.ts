import fc from "fast-check";

import { listFacets } from "@/db/calls/facets";
import { readCriteria } from "@/db/statistics/criteria";
import { foldStatistics } from "@/db/statistics/fold";
import { readHours } from "@/db/statistics/hours";
import { readPeople } from "@/db/statistics/people";
import { hasCalls } from "@/db/statistics/presence";
import { readSeries } from "@/db/statistics/series";
import { readSummary } from "@/db/statistics/summary";
import { NO_FILTER, type CallFilter } from "@/lib/call/filter";
import type { Unbounded } from "@/lib/statistics/cell-filter";
import { bucketsOf, bucketUnit } from "@/lib/time/period";
import type { TimeRange } from "@/lib/time/time";
import { buildStatistics } from "@/tests/fixtures/built-statistics";
import type { Database } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";

/** Its clocks change within the months below: forward on 24 April 2026, back at the end of 29 October. */
const ZONE = "Africa/Cairo";
const FIRST = Date.UTC(2026, 2, 20);
const LAST = Date.UTC(2026, 10, 12);

type Change = { what: "insert" | "update" | "delete"; seed: number; count: number } | { what: "fold" };

/** Inserts, updates and deletes as deliveries, the API, people and retention make them. */
async function change({ sql }: Database, { what, seed, count }: Exclude<Change, { what: "fold" }>): Promise<void> {
  const facts = sql`
    (array['complete', 'complete', 'no_answer', 'failed', 'unknown', 'cancelled', 'a,b', null])[1 + (r * 8)::integer % 8] as outcome,
    (array['success', 'failure', 'error', null])[1 + (r * 320)::integer % 4] as goal,
    (array['delivery', 'survey, long', 'unknown', null])[1 + (r * 2700)::integer % 4] as scenario_id,
    (array['ar', 'en', null])[1 + (r * 5300)::integer % 3] as language,
    (array['inbound', 'outbound', null])[1 + (r * 7900)::integer % 3] as direction,
    nullif(1 + (r * 11000)::integer % 4, 4) as attempt,
    case when (r * 13000)::integer % 4 > 0 then (r * 17000)::integer % 40 end as duration_seconds,
    (r * 19000)::integer % 9 = 0 as is_test,
    (array['done', 'done', 'pending', 'not_found'])[1 + (r * 23000)::integer % 4] as enrichment_state,
    (array['{"Said who calls": {"met": true, "primary": true}, "100% sure": {"met": false, "primary": false}}', '{"100% sure": {"met": true, "primary": false}}', null, '{}'])[1 + (r * 29000)::integer % 4]::jsonb as criteria,
    to_timestamp(${FIRST / 1000}::float8 + floor(power((r * 31000)::numeric % 1, 0.5) * ${(LAST - FIRST) / 1000}::float8)) as at,
    nullif('group-' || (r * 37000)::integer % 40, 'group-0') as root`;
  // Multiples of one random number in [0, 1) are independent enough here.
  const random = sql`(select place, (hashint8extended(place, ${seed}::bigint) & 4294967295) / 4294967296.0 as r`;
  if (what === "insert") {
    await sql`
      insert into calls (call_id, outcome, goal, scenario_id, language, direction, attempt, duration_seconds, is_test, enrichment_state, criteria,
        started_at, called_off_at, root_call_id, has_retry_fields, enrichment_due_at)
      select 'call-' || ${seed}::integer || '-' || place, outcome, goal, scenario_id, language, direction, attempt, duration_seconds, is_test, enrichment_state, criteria,
        at, at, root, true, null
      from (select place, ${facts} from ${random} from generate_series(1, ${count}) as place) as random) as facts
      on conflict do nothing`;
  } else if (what === "update") {
    await sql`
      update calls set outcome = facts.outcome, goal = facts.goal, scenario_id = facts.scenario_id, language = facts.language, attempt = facts.attempt,
        duration_seconds = facts.duration_seconds, is_test = facts.is_test, criteria = facts.criteria, started_at = facts.at, called_off_at = facts.at,
        root_call_id = facts.root
      from (
        select random.call_id, ${facts} from (
          select call_id, (hashtextextended(call_id, ${seed}::bigint) & 4294967295) / 4294967296.0 as r from calls order by r limit ${count}
        ) as random
      ) as facts where facts.call_id = calls.call_id`;
  } else {
    await sql`delete from calls where call_id in (select call_id from calls order by hashtextextended(call_id, ${seed}::bigint) limit ${count})`;
  }
}

const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Change>({ what: "fold" }) },
    {
      weight: 5,
      arbitrary: fc.record({
        what: fc.constantFrom<"insert" | "update" | "delete">("insert", "insert", "update", "update", "delete"),
        seed: fc.integer({ min: 0, max: 1_000_000 }),
        count: fc.integer({ min: 1, max: 150 }),
      }),
    },
  ),
  { minLength: 4, maxLength: 10 },
);

const listed: { [Name in keyof CallFilter]?: CallFilter[Name][] } = {
  outcome: [["complete"], ["unknown"], ["no_answer", "unknown"], ["nothing"]],
  goal: [["success"], ["unknown", "failure"]],
  scenario: [["delivery"], ["unknown"], ["survey, long", "unknown"]],
  language: [["ar"], ["unknown"]],
  direction: [["inbound"], ["unknown", "outbound"]],
  attempt: [["2"], ["unknown"], ["1", "3"]],
  dial: [["reached"], ["not_reached"], ["not_dialled"], ["reached", "not_reached"]],
};

/** None, one or two conditions that cells can answer, and perhaps weekdays. */
const filters: fc.Arbitrary<Unbounded> = fc
  .tuple(
    fc.subarray(Object.keys(listed) as (keyof typeof listed)[], { maxLength: 2 }),
    fc.nat(),
    fc.constantFrom(true, true, false, null),
    fc.constantFrom([], [], [5], [1, 2, 3, 4, 6]),
  )
  .map(([names, choice, counted, weekday]) => {
    const narrowed = names.map((name) => [name, listed[name]?.[choice % listed[name].length]]);
    return Object.assign({}, NO_FILTER, Object.fromEntries(narrowed), { counted, weekday, zone: ZONE });
  });

const HOUR_MS = 3_600_000;
/** Ranges of whole days, with parts of days, and of hours; some begin before the first call and end after the last. */
const ranges: fc.Arbitrary<TimeRange> = fc
  .record({
    from: fc.integer({ min: FIRST - 40 * 24 * HOUR_MS, max: LAST }),
    days: fc.constantFrom(0, 1, 2, 7, 30, 31, 62, 200, 400),
    hours: fc.integer({ min: 1, max: 24 }),
    isWhole: fc.boolean(),
  })
  .map(({ from, days, hours, isWhole }) => {
    const to = from + days * 24 * HOUR_MS + hours * HOUR_MS;
    // Cairo is two or three hours ahead.
    const day = (at: number) =>
      new Date(Date.UTC(2026, 0, Math.floor((at - Date.UTC(2026, 0, 1)) / (24 * HOUR_MS)) + 1));
    const midnight = (at: number) => {
      const utc = day(at).getTime();
      return new Date(
        utc -
          (new Date(utc).toLocaleString("en", { timeZone: ZONE, hour: "numeric", hour12: false }) === "03" ? 3 : 2) *
            HOUR_MS,
      );
    };
    return isWhole
      ? { from: midnight(from), to: midnight(to + 24 * HOUR_MS) }
      : { from: new Date(from), to: new Date(to) };
  });

async function readAll(filter: Unbounded, current: TimeRange, previous: TimeRange | null) {
  const buckets = bucketsOf(current, bucketUnit(current), ZONE, 7);
  const key = (row: object) => JSON.stringify(row);
  return {
    summary: await readSummary(filter, current, previous),
    series: (await readSeries(filter, buckets))
      .map(({ bucket, outcome, calls }) => key({ bucket, outcome, calls }))
      .toSorted(),
    hours: (await readHours(filter, current))
      .map(({ weekday, hour, dials, reached }) => key({ weekday, hour, dials, reached }))
      .toSorted(),
    people: await readPeople(filter, current, previous),
    criteria: (await readCriteria(filter, current))
      .map(({ scenario, criterion, isPrimary, judged, met }) => key({ scenario, criterion, isPrimary, judged, met }))
      .toSorted(),
    hasCalls: await hasCalls(filter, current),
  };
}

/**
 * What the statements on `calls` say, as long as the cells are not built. An application that an earlier test of this worker started would build them
 * again meanwhile, so no fold can begin.
 */
async function fromCalls<Result>({ sql }: Database, read: () => Promise<Result>): Promise<Result> {
  const blocker = await sql.reserve();
  await blocker`begin`;
  await blocker`lock table statistics_state in row exclusive mode`;
  const [state] = await sql<{ zone: string; built_at: Date }[]>`delete from statistics_state returning zone, built_at`;
  try {
    return await read();
  } finally {
    if (state !== undefined) {
      await sql`insert into statistics_state (zone, built_at) values (${state.zone}, ${state.built_at})`;
    }
    await blocker`rollback`;
    blocker.release();
  }
}

async function begin(database: Database): Promise<void> {
  await database.empty();
  await database.sql`insert into organization (time_zone) values (${ZONE})`;
  await buildStatistics();
}

// Prevents the start of the application, which would fold too.
test.use({ baseURL: "http://localhost" });

test("cells and what is not folded yet give the same as all calls, whatever changed and was folded in between", async ({
  database,
}) => {
  test.slow();
  const seen = { calls: 0, unfolded: 0, folded: 0, people: 0 };
  await fc.assert(
    fc.asyncProperty(changes, fc.integer(), async (steps, seed) => {
      await begin(database);
      await change(database, { what: "insert", seed: 7, count: 200 });
      for (const step of steps) {
        await (step.what === "fold" ? foldStatistics() : change(database, step));
      }
      const [queued] = await database.sql<
        { count: number }[]
      >`select count(*)::integer as count from statistics_changes`;
      seen[queued?.count === 0 ? "folded" : "unfolded"] += 1;
      // A seed, so that a failed test prints a number instead of twelve filters.
      for (const [filter, current, other] of fc.sample(fc.tuple(filters, ranges, ranges), { seed, numRuns: 12 })) {
        // A range to compare with lies before the other one.
        const previous = other.to <= current.from ? other : null;
        const expected = await fromCalls(database, () => readAll(filter, current, previous));
        expect(await readAll(filter, current, previous), JSON.stringify({ filter, current, previous })).toEqual(
          expected,
        );
        seen.calls += expected.summary.current.figures.calls;
        seen.people += expected.people.current.reached;
      }
      expect(await listFacets()).toEqual(await fromCalls(database, listFacets));
    }),
    {
      numRuns: 15,
      endOnFailure: true,
      // Both occur, whatever chance gives: everything is folded, and something is not.
      examples: [
        [[{ what: "fold" }], 1],
        [[{ what: "fold" }, { what: "insert", seed: 8, count: 50 }], 2],
      ],
    },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
});

test("whole days are read from cells alone", async ({ database }) => {
  await begin(database);
  await change(database, { what: "insert", seed: 1, count: 500 });
  await buildStatistics();
  const current = { from: new Date("2026-07-31T21:00:00Z"), to: new Date("2026-11-20T22:00:00Z") };
  const previous = { from: new Date("2026-04-30T21:00:00Z"), to: new Date("2026-07-31T21:00:00Z") };
  const filters = (
    [{}, { outcome: ["complete"] }, { language: ["ar"] }, { dial: ["reached"] }] satisfies Partial<CallFilter>[]
  ).map((narrowed) => Object.assign({}, NO_FILTER, narrowed, { counted: true, zone: ZONE }));
  const readEach = async () => {
    const read: unknown[] = [await listFacets()];
    for (const filter of filters) {
      const each = await readAll(filter, current, previous);
      expect(each.summary.current.figures.calls).toBeGreaterThan(10);
      read.push(each);
    }
    return read;
  };
  const before = await readEach();
  // The role keeps the triggers from changing the cells.
  await database.superuser.unsafe(
    "set session_replication_role = replica; truncate calls; reset session_replication_role",
  );
  expect(await readEach()).toEqual(before);
});

test("while the zone's cells are not built, every figure is read from the calls", async ({ database }) => {
  await begin(database);
  await change(database, { what: "insert", seed: 2, count: 300 });
  await buildStatistics();
  const range = { from: new Date("2026-07-31T21:00:00Z"), to: new Date("2026-11-20T22:00:00Z") };
  const filter = { ...NO_FILTER, zone: "Asia/Riyadh" };
  expect(await readAll(filter, range, null)).toEqual(await fromCalls(database, () => readAll(filter, range, null)));
});

test("the calls at the filter's weekdays and hours are those that a condition on each call selects", async ({
  database,
}) => {
  await begin(database);
  await change(database, { what: "insert", seed: 3, count: 1_500 });
  await buildStatistics();
  // Offsets of three quarters of an hour, a clock that changes by half an hour, and Cairo's, for which there are cells.
  const zones = fc.constantFrom(ZONE, "Asia/Kathmandu", "Australia/Lord_Howe");
  const weekdays = fc.subarray([1, 2, 3, 4, 5, 6, 7], { maxLength: 7 });
  const hours = fc.subarray(Array.from({ length: 24 }, (_, hour) => hour));
  const seen = { one: 0, both: 0 };
  await fc.assert(
    fc.asyncProperty(zones, weekdays, hours, ranges, ranges, async (zone, weekday, hour, current, other) => {
      const previous = other.to <= current.from ? other : null;
      const filter = { ...NO_FILTER, weekday, hour, zone };
      const countIn = async (range: TimeRange | null) => {
        const [row] = await database.sql<{ calls: number; people: number }[]>`
          select count(*)::integer as calls, count(distinct contact_id)::integer as people
          from (select contact_id, occurred_at at time zone ${zone} as local from calls where occurred_at >= ${range?.from ?? null} and occurred_at < ${range?.to ?? null}) as call
          where (${weekday.length === 0} or extract(isodow from local)::integer = any(${weekday}))
            and (${hour.length === 0} or extract(hour from local)::integer = any(${hour}))`;
        return { calls: row?.calls ?? 0, people: row?.people ?? 0 };
      };
      const [summary, people] = [
        await readSummary(filter, current, previous),
        await readPeople(filter, current, previous),
      ];
      const sum = (counts: Partial<Record<string, number>> | null) =>
        Object.values(counts ?? {}).reduce<number>((total, count = 0) => total + count, 0);
      const expected = [await countIn(current), await countIn(previous)];
      expect([
        { calls: summary.current.figures.calls, people: sum(people.current) },
        { calls: summary.previous?.figures.calls ?? 0, people: sum(people.previous) },
      ]).toEqual(expected);
      const buckets = bucketsOf(current, bucketUnit(current), zone, 7);
      const inBuckets = (await readSeries(filter, buckets)).reduce((total, { calls }) => total + calls, 0);
      expect([inBuckets, await hasCalls(filter, current)]).toEqual([expected[0]?.calls, (expected[0]?.calls ?? 0) > 0]);
      seen.one += weekday.length + hour.length > 0 && (expected[0]?.calls ?? 0) > 0 ? 1 : 0;
      seen.both += weekday.length > 0 && hour.length > 0 && (expected[0]?.calls ?? 0) > 0 ? 1 : 0;
    }),
    { numRuns: 150, endOnFailure: true },
  );
  expect(Math.min(seen.one, seen.both)).toBeGreaterThan(5);
});
