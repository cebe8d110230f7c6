import fc from "fast-check";
import type { Sql } from "postgres";

import { jobs } from "@/db/driver/client";
import { purgeBatch } from "@/db/privacy/retention";
import { foldStatistics, type FoldResult, isFoldDue } from "@/db/statistics/fold";
import { deliver } from "@/tests/fixtures/received";
import { emptyWithoutEnrichment, webhook } from "@/tests/fixtures/retry-group";
import { compareStatistics } from "@/tests/fixtures/statistics-recount";
import { expect, test } from "@/tests/fixtures/test";

const ZONES = ["Asia/Riyadh", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"] as const;
/** Around midnights, the ends of months, and the hours that New York has twice or not at all. */
const MOMENTS = [
  "2026-02-28T20:59:59.999Z",
  "2026-02-28T21:00:00Z",
  "2026-03-08T06:30:00Z",
  "2026-03-08T07:30:00Z",
  "2026-10-31T23:30:00Z",
  "2026-11-01T05:30:00Z",
  "2026-11-01T06:30:00Z",
] as const;
const CALLS = ["a", "b", "c", "d", "e", "f"] as const;
const CRITERIA = [
  null,
  {},
  { "Agreed a date": { met: true, primary: true } },
  { "Agreed a date": { met: false, primary: false }, Polite: { met: true, primary: false } },
] as const;

const oneOf = <const Value>(...values: Value[]) => fc.constantFrom(...values);

const row = fc.record({
  call_id: fc.constantFrom(...CALLS),
  root_call_id: oneOf(null, null, "a", "b", "other"),
  outcome: oneOf("complete", "complete", "no_answer", "cancelled", "", null),
  status: oneOf(null, "scheduled", "completed"),
  goal: oneOf(null, "achieved", "unknown"),
  direction: oneOf(null, "outbound"),
  language: oneOf(null, "ar", ""),
  scenario_id: oneOf(null, "one", "two"),
  attempt: oneOf(null, 1, 2),
  duration_seconds: oneOf(null, 0, 30, 31),
  criteria: fc.constantFrom(...CRITERIA),
  next_retry_at: oneOf(null, "2026-12-01T00:00:00Z"),
  is_test: oneOf(false, false, true),
  enrichment_state: oneOf("done", "pending", "not_found"),
  first_received_at: fc.constantFrom(...MOMENTS),
});

type Row = typeof row extends fc.Arbitrary<infer Value> ? Value : never;

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      rows: fc.uniqueArray(row, { selector: (one) => one.call_id, minLength: 1, maxLength: 4 }),
      isUndone: oneOf(false, false, false, true),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("change" as const),
      call: fc.constantFrom(...CALLS),
      set: oneOf(
        "is_test = not is_test",
        "enrichment_state = 'not_found'",
        "root_call_id = 'b'",
        "next_retry_at = null",
        "next_retry_at = now(), outcome = 'no_answer'",
        "enrichment_attempts = 1",
        "criteria = null",
        `criteria = '{"Polite": {"met": false, "primary": true}}'`,
        "goal = 'achieved'",
        "direction = 'inbound'",
        "language = 'ar'",
        "scenario_id = 'two'",
        "attempt = 3",
        "duration_seconds = 32",
        "status = 'completed', outcome = null",
        "first_received_at = first_received_at + interval '1 hour'",
        "call_id = call_id || '2'",
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("deliver" as const),
      call: fc.constantFrom(...CALLS),
      root: oneOf(null, "a"),
      type: oneOf("complete", "no_answer", "cancelled"),
      attempt: oneOf(1, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("delete" as const), calls: fc.subarray([...CALLS], { minLength: 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("purge" as const), limit: oneOf(1, 3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("zone" as const), zone: fc.constantFrom(...ZONES) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("fold" as const),
      changes: oneOf(2, 1000, 1000),
      rows: oneOf(1, 2, 1000),
      pages: oneOf(1, 1000),
      longest: oneOf(5, 1000, 1000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("compare" as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

class Undone extends Error {}

async function write(sql: Sql, rows: readonly Row[], isUndone: boolean): Promise<void> {
  const set = Object.keys(rows[0] ?? {})
    .filter((column) => column !== "call_id")
    .map((column) => `${column} = excluded.${column}`)
    .join(", ");
  await sql
    .begin(async (transaction) => {
      const values = rows.map((one) => ({ ...one, criteria: one.criteria === null ? null : sql.json(one.criteria) }));
      await transaction`insert into calls ${transaction(values)} on conflict (call_id) do update set ${transaction.unsafe(set)}`;
      await transaction`insert into call_details (call_id, facts) select call_id, '{}' from calls on conflict do nothing`;
      if (isUndone) {
        throw new Undone();
      }
    })
    .catch((error: unknown) => {
      if (!(error instanceof Undone)) {
        throw error;
      }
    });
}

/** Asks again until an answer is this one, because an application that other tests started may have done the work before. */
async function untilFound(change: () => Promise<unknown>, answer: FoldResult, sizes = {}): Promise<void> {
  await expect(async () => {
    await change();
    expect(await foldStatistics(sizes)).toEqual(answer);
  }).toPass({ timeout: 20_000 });
}

/** What may end a statement of several writers: a deadlock, or a call that gets the id of another one. */
const isCollision = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(40P01|23505)$/.test((error as { code?: string }).code ?? "") || isCollision(error.cause));

async function takeAll(sql: Sql, steps: readonly Step[]): Promise<void> {
  for (const taken of steps) {
    await take(sql, taken).catch((error: unknown) => {
      if (taken.kind === "fold" || taken.kind === "compare" || !isCollision(error)) {
        throw error;
      }
    });
  }
}

async function take(sql: Sql, taken: Step): Promise<void> {
  switch (taken.kind) {
    case "write":
      return write(sql, taken.rows, taken.isUndone);
    case "change":
      await sql`update calls set ${sql.unsafe(taken.set)} where call_id = ${taken.call}`;
      return;
    case "deliver":
      await deliver(
        webhook(taken.call, taken.type, { retry_attempt_number: taken.attempt, root_call_id: taken.root }),
        new Date(MOMENTS[0]),
      );
      return;
    case "delete":
      await sql`delete from calls where call_id in ${sql(taken.calls)}`;
      return;
    case "purge":
      await purgeBatch("call", 1, taken.limit);
      return;
    case "zone":
      await sql`insert into organization (time_zone) values (${taken.zone}) on conflict (id) do update set time_zone = excluded.time_zone`;
      return;
    case "fold":
      expect(await foldStatistics(taken)).not.toMatchObject({ because: "wrong" });
      return;
    case "compare":
      await compare(sql);
  }
}

async function compare(sql: Sql): Promise<{ isBuilt: boolean; unfolded: number }> {
  const { isBuilt, unfolded, found, expected, odd } = await compareStatistics(sql);
  expect(found).toEqual(expected);
  expect(odd).toEqual([]);
  return { isBuilt, unfolded };
}

/** Folds until nothing is left. An application that other tests started may fold as well. */
async function foldAll(sql: Sql, { mayDiscard = false } = {}): Promise<void> {
  for (;;) {
    const result = await foldStatistics();
    if (!mayDiscard) {
      expect(result).not.toMatchObject({ because: "wrong" });
    } else if (result.did === "waited") {
      // The queue may still hold what does not fit, and cannot be compared.
      continue;
    }
    const { isBuilt, unfolded } = await compareStatistics(sql);
    if (isBuilt && unfolded === 0) {
      break;
    }
  }
  expect(await compare(sql)).toEqual({ isBuilt: true, unfolded: 0 });
}

test.beforeEach(({ database }) => emptyWithoutEnrichment(database));

test("cells and unfolded changes equal a recount after any history, and folding leaves no change behind", async ({
  database: { sql },
}) => {
  test.setTimeout(240_000);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await takeAll(sql, steps);
      await compare(sql);
      await foldAll(sql);
    }),
    { numRuns: 120, endOnFailure: true },
  );
});

test("they also do while several write, fold and read at once", async ({ database: { sql } }) => {
  test.setTimeout(240_000);
  const steps = fc.array(step, { minLength: 5, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.tuple(steps, steps, steps), async (writers) => {
      await Promise.all(writers.map((steps) => takeAll(sql, steps)));
      await compare(sql);
      await foldAll(sql);
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test("cells that do not hold what a change takes away are thrown away and built again", async ({
  database: { sql },
}) => {
  const tampering = [
    "update call_kinds set calls = 0",
    "delete from call_kinds",
    "update statistics_cells set calls = 0",
    "update statistics_cells set talk_seconds = 1 where span = 'month'",
    "delete from criterion_cells where span = 'day'",
    "update criterion_cells set met = 0",
    "update slice_days set dials = array_fill(0, array[24])",
    "update slice_days set reached = array_fill(0, array[24])",
    "update slice_days set seconds = '{}', counts = '{}'",
    "update slice_months set dials = array_fill(0, array[168])",
    "update slice_months set reached = array_fill(0, array[168])",
    "update slice_months set seconds = '{}', counts = '{}'",
    "delete from contact_days where dimension = 'all'",
    "update contact_days set state = 'trying'",
  ];
  for (const statement of tampering) {
    const call = {
      call_id: "a",
      outcome: "complete",
      duration_seconds: 30,
      criteria: sql.json({ Polite: { met: true, primary: true } }),
    };
    await sql`insert into calls ${sql(call)}`;
    await foldAll(sql);
    await sql.unsafe(statement);
    await sql`delete from calls`;
    await foldAll(sql, { mayDiscard: true });
  }
});

test("a table that no statement reads any more may lack rows: the next version need not write it", async ({
  database: { sql },
}) => {
  await sql`insert into calls ${sql([
    { call_id: "a", outcome: "complete" },
    { call_id: "b", outcome: "no_answer" },
  ])}`;
  await foldAll(sql);
  const builtAt = () => sql`select built_at from statistics_state`;
  const before = await builtAt();
  await sql`delete from outcome_days`;
  await sql`delete from calls where call_id = 'a'`;
  await expect
    .poll(async () => {
      await foldStatistics();
      return sql`select from statistics_changes`;
    })
    .toHaveLength(0);
  expect(await builtAt()).toEqual(before);
  expect(await sql`select * from outcome_days`).toEqual([]);
  await sql`truncate calls`;
});

test("changes that do not fit the calls, and calls of a kind that is missing, are noticed too", async ({
  database: { sql },
}) => {
  await foldAll(sql);
  const columns =
    "sign, contact_id, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted";
  await sql`insert into calls ${sql({ call_id: "a", outcome: "no_answer" })}`;
  await sql.unsafe(`insert into statistics_changes (${columns}) select ${columns} from statistics_changes`);
  await foldAll(sql, { mayDiscard: true });

  await sql`delete from call_kinds`;
  await sql`update calls set goal = 'achieved'`;
  await foldAll(sql, { mayDiscard: true });
});

test("a build goes on in small steps, whatever is written meanwhile, and over calls of one moment", async ({
  database: { sql },
}) => {
  const moments = [...MOMENTS, MOMENTS[3], MOMENTS[3]];
  await sql`insert into calls ${sql(moments.map((at, index) => ({ call_id: `call-${index}`, outcome: "complete", started_at: at })))}`;
  // Each changes calls and contacts on both sides of where the build is.
  const later = [
    "update calls set goal = nullif('achieved', coalesce(goal, ''))",
    "update calls set started_at = started_at + interval '40 days' where call_id in ('call-0', 'call-4')",
    "update calls set started_at = started_at - interval '40 days' where call_id in ('call-1', 'call-5')",
    "update calls set root_call_id = 'call-2' where call_id in ('call-3', 'call-6')",
    "delete from calls where call_id = 'call-7'",
  ];
  let steps = 0;
  while (!(await compareStatistics(sql)).isBuilt) {
    expect(steps).toBeLessThan(60);
    await foldStatistics({ changes: 1000, rows: 1 });
    await sql.unsafe(later[steps % later.length] ?? "");
    steps += 1;
  }
  await compare(sql);
  await foldAll(sql);
});

test("a queue that takes longer to fold than the calls take to count is thrown away, and figures stay exact", async ({
  database: { sql },
}) => {
  const names = Array.from({ length: 12 }, (_, index) => `call-${index}`);
  await sql`insert into calls ${sql(names.map((name) => ({ call_id: name, outcome: "no_answer" })))}`;
  await foldAll(sql);
  // More than the limit, and less than a third of the calls.
  await sql`update calls set goal = 'achieved' where call_id = 'call-0'`;
  expect(await foldStatistics({ longest: 1 })).toMatchObject({ did: "folded" });

  const changeAll = () => sql`update calls set goal = nullif('achieved', coalesce(goal, ''))`;
  await untilFound(changeAll, { did: "discarded", because: "queue" }, { longest: 7, pages: 1 });
  for (const goal of ["achieved", "partial", "other"]) {
    await compare(sql);
    await sql`update calls set goal = ${goal}`;
    await foldStatistics({ pages: 1, rows: 1 });
  }
  await foldAll(sql);
});

test("cells are built again when Postgres has other rules for the days that are in them", async ({
  database: { sql },
}) => {
  await sql`insert into organization (time_zone) values ('America/New_York') on conflict (id) do update set time_zone = excluded.time_zone`;
  await sql`insert into calls ${sql({ call_id: "a", outcome: "no_answer" })}`;
  await foldAll(sql);
  type Stored = { value: { zone: string; rules: [number, number][] } };
  const [stored] = await sql<Stored[]>`select value from states where key = 'statistics zone'`;
  expect(stored?.value.zone).toBe("America/New_York");
  expect(stored?.value.rules.map(([at, offset]) => [new Date(at * 1000).toISOString(), offset / 3600])).toEqual(
    expect.arrayContaining([
      ["2000-01-01T00:00:00.000Z", -5],
      ["2026-03-08T07:00:00.000Z", -4],
      ["2026-11-01T06:00:00.000Z", -5],
    ]),
  );

  const addRule = (year: number) => sql`
    update states set value = jsonb_set(value, '{rules}', value -> 'rules' || jsonb_build_array(jsonb_build_array(${Date.UTC(year) / 1000}::float8, 0))),
      updated_at = now() - interval '2 hours'
    where key = 'statistics zone'`;
  // No call of a day to come is in a cell.
  await addRule(2100);
  expect(await isFoldDue()).toBe(true);
  expect(await foldStatistics()).toMatchObject({ did: "folded" });
  expect(await isFoldDue()).toBe(false);
  await sql`update states set updated_at = pg_postmaster_start_time() - interval '1 second' where key = 'statistics zone'`;
  expect(await isFoldDue()).toBe(true);
  await untilFound(() => addRule(2025), { did: "discarded", because: "rules" });
  await foldAll(sql);
});

test("cells that a fold has emptied are deleted without a search for them", async ({ database: { sql } }) => {
  const call = { outcome: "complete", duration_seconds: 30 };
  await sql`insert into calls ${sql([
    { call_id: "a", ...call, goal: null },
    { call_id: "b", ...call, goal: "achieved" },
  ])}`;
  await foldAll(sql);
  const others = 5000;
  await sql.unsafe(`
    insert into contact_days select 'all', 'other ' || number, '2020-01-01', null, 'reached', true, 1, array_fill(1, array[24]) from generate_series(1, ${others}) as number;
    insert into outcome_days select 'all', '2020-01-01', 'other ' || number, 'complete', true, 1 from generate_series(1, ${others}) as number;
    insert into slice_months select 'all', '2020-01-01', 'other ' || number, true, array_fill(1, array[168]), array_fill(1, array[168]), '{}', '{}'
      from generate_series(1, ${others}) as number`);
  const readTables = () => sql<{ name: string; read: number; deleted: number }[]>`
    select relname as name, seq_tup_read::integer as read, n_tup_del::integer as deleted from pg_stat_user_tables
    where relname in ('contact_days', 'outcome_days', 'slice_months') order by relname`;
  await settle();
  const before = await readTables();
  await sql`delete from calls where call_id = 'a'`;
  await expect(async () => {
    await settle();
    const after = await readTables();
    expect(after.map(({ deleted }, index) => deleted > (before[index]?.deleted ?? 0))).toEqual([true, true, true]);
    expect(after.map(({ read }, index) => read - (before[index]?.read ?? 0) < others)).toEqual([true, true, true]);
  }).toPass({ timeout: 30_000 });
  await sql`truncate calls`;

  /** Folds, and lets all connections that may have folded report what they read. */
  async function settle() {
    await foldStatistics();
    await Promise.all(
      Array.from({ length: 8 }, () => jobs.execute("select pg_stat_force_next_flush(), pg_sleep(0.01)")),
    );
  }
});

test("two kinds with one hash are two kinds", async ({ database: { sql } }) => {
  const [first, second] = [
    { scenario_id: "one", outcome: "two\u001F=three" },
    { scenario_id: "one\u001F=two", outcome: "three" },
  ];
  await sql`insert into calls ${sql([
    { call_id: "a", ...first },
    { call_id: "b", ...second },
  ])}`;
  await foldAll(sql);
  expect(await sql`select count(*)::integer as kinds, count(distinct hash)::integer as hashes from call_kinds`).toEqual(
    [{ kinds: 2, hashes: 1 }],
  );
  await sql`delete from calls where call_id = 'a'`;
  await foldAll(sql);
  await sql`insert into calls ${sql({ call_id: "c", root_call_id: "b", ...first })}`;
  await foldAll(sql);
});

test("a fold waits for no other one, and takes every change of a contact or none", async ({ database: { sql } }) => {
  await foldAll(sql);
  await sql.begin(async (transaction) => {
    await transaction`lock table statistics_state in share row exclusive mode`;
    expect(await foldStatistics()).toEqual({ did: "waited" });
  });
  // The same where the cells are wrong, and a lock stops the process only when it throws them away.
  await sql`insert into calls ${sql({ call_id: "a", outcome: "no_answer" })}`;
  await foldAll(sql);
  await sql.begin(async (transaction) => {
    await transaction`select from statistics_state for update`;
    await sql`update call_kinds set calls = 0`;
    await sql`delete from calls`;
    expect(await foldStatistics()).toEqual({ did: "waited" });
  });
  await foldAll(sql, { mayDiscard: true });
  const rows = Array.from({ length: 200 }, (_, index) => ({
    call_id: `call-${index}`,
    root_call_id: `root-${index % 50}`,
    outcome: "no_answer",
  }));
  // An application that other tests started may fold all of them first.
  await expect(async () => {
    await sql`delete from calls`;
    await foldAll(sql);
    await sql`insert into calls ${sql(rows)}`;
    expect(await foldStatistics({ changes: 20, rows: 1 })).toMatchObject({ did: "folded", isMore: true });
    const left = await sql`select count(*)::integer as calls from statistics_changes group by contact_id`;
    expect(left.length).toBeGreaterThan(0);
    expect(new Set(left.map(({ calls }) => calls as number))).toEqual(new Set([4]));
  }).toPass({ timeout: 20_000 });
  await compare(sql);
});

test("the version before can write while its role has no rights on the new tables yet", async ({ database }) => {
  const tables = "statistics_changes, contact_changes, statistics_cells, call_kinds, statistics_state";
  const role = new URL(database.url).username;
  await database.sql.unsafe(`revoke all on ${tables} from ${role}`);
  try {
    await deliver(webhook("before-the-rights", "complete", {}));
    await deliver(webhook("before-the-rights", "no_answer", {}));
    await purgeBatch("call", 1, 10);
    expect(await database.sql`select sign from statistics_changes`).not.toEqual([]);
  } finally {
    await database.sql.unsafe(`grant select, insert, update, delete on ${tables} to ${role}`);
  }
});

test("the application folds what it is told of", async ({ app, database }) => {
  await emptyWithoutEnrichment(database);
  const response = await fetch(app.webhookUrl, {
    method: "POST",
    body: JSON.stringify(webhook("told", "no_answer", {})),
  });
  expect(response.status).toBe(200);
  await expect
    .poll(async () => {
      const { isBuilt, unfolded, expected } = await compareStatistics(database.sql);
      return { isBuilt, unfolded, hasCalls: expected.length > 0 };
    })
    .toEqual({ isBuilt: true, unfolded: 0, hasCalls: true });
  await compare(database.sql);
});
