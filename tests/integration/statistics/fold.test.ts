import fc from "fast-check";

import { jobs } from "@/db/driver/client";
import { purgeBatch } from "@/db/privacy/retention";
import { foldStatistics } from "@/db/statistics/fold";
import { MOMENTS, step, takeAll } from "@/tests/fixtures/call-history";
import { compare, foldAll } from "@/tests/fixtures/folded-statistics";
import { deliver } from "@/tests/fixtures/received";
import { emptyWithoutEnrichment, webhook } from "@/tests/fixtures/retry-group";
import { compareStatistics } from "@/tests/fixtures/statistics-recount";
import { expect, test } from "@/tests/fixtures/test";

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
