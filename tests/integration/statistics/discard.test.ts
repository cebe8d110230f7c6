import { readFileSync } from "node:fs";

import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";

import * as statistics from "@/db/schema/statistics";
import { foldStatistics, isFoldDue } from "@/db/statistics/fold";
import { compare, foldAll, untilFound } from "@/tests/fixtures/folded-statistics";
import { emptyWithoutEnrichment } from "@/tests/fixtures/retry-group";
import { expect, test } from "@/tests/fixtures/test";

/** All tables of statistics. */
const TABLES = Object.values(statistics).flatMap((value) => (is(value, PgTable) ? [getTableName(value)] : []));

test.beforeEach(({ database }) => emptyWithoutEnrichment(database));

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

test("a queue that takes longer to fold than the calls take to count is thrown away, and figures stay exact", async ({
  database: { sql },
}) => {
  const names = Array.from({ length: 12 }, (_, index) => `call-${index}`);
  await sql`insert into calls ${sql(names.map((name) => ({ call_id: name, outcome: "no_answer" })))}`;
  await foldAll(sql);
  // More than the limit, and less than a third of the calls.
  const changeOne = () => sql`update calls set goal = nullif('achieved', coalesce(goal, '')) where call_id = 'call-0'`;
  await untilFound(changeOne, { did: "folded", changes: 2, isMore: false }, { longest: 1 });

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
  const setCompared = (at: string) =>
    sql`update states set updated_at = ${sql.unsafe(at)} where key = 'statistics zone'`;
  await sql.begin(async (transaction) => {
    // No fold of an application that other tests started meanwhile.
    await transaction`lock table statistics_state in share row exclusive mode`;
    await setCompared("now() - interval '2 hours'");
    expect(await isFoldDue()).toBe(true);
    await setCompared("now()");
    expect(await isFoldDue()).toBe(false);
    await setCompared("pg_postmaster_start_time() - interval '1 second'");
    expect(await isFoldDue()).toBe(true);
  });
  // No call of a day to come is in a cell.
  await untilFound(() => addRule(2100), { did: "folded", changes: 0, isMore: false });
  await untilFound(() => addRule(2025), { did: "discarded", because: "rules" });
  await foldAll(sql);
});

test("a block of cells that cannot be read holds up all folds until the tables are emptied as the manual says", async ({
  database: { sql },
}) => {
  await sql`insert into calls ${sql({ call_id: "a", outcome: "no_answer" })}`;
  await foldAll(sql);
  await sql.unsafe(`
    create function unreadable() returns trigger language plpgsql as $$ begin raise 'could not read block' using errcode = 'XX001'; end $$;
    create trigger unreadable before update or delete on statistics_cells for each row execute function unreadable()`);
  try {
    await sql`insert into calls ${sql({ call_id: "b", outcome: "no_answer" })}`;
    // It may wait for a fold of an application that other tests started.
    await expect(() => expect(foldStatistics()).rejects.toMatchObject({ cause: { code: "XX001" } })).toPass({
      timeout: 20_000,
    });
    const [, remedy = "", tables = ""] =
      /begin;\n(truncate (statistics_state,[^;`]*);[^`]*)commit;/.exec(readFileSync("docs/deploy.md", "utf8")) ?? [];
    expect(tables.split(/,\s+/).toSorted()).toEqual(TABLES.toSorted());
    await sql.begin((transaction) => transaction.unsafe(remedy));
    await expect
      .poll(async () => {
        await foldStatistics();
        return sql`select from statistics_state`;
      })
      .toHaveLength(1);
    await compare(sql);
  } finally {
    await sql.unsafe("drop trigger unreadable on statistics_cells; drop function unreadable()");
  }
  await foldAll(sql);
});
