import { listCalls } from "@/db/calls/list";
import { NO_FILTER } from "@/lib/call/filter";
import { DEFAULT_VIEW } from "@/lib/call/list-view";
import { buildStatistics } from "@/tests/fixtures/built-statistics";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, which would build the cells again.
test.use({ baseURL: "http://localhost" });

test("a list that is read by kinds misses no call when a build begins after the choice", async ({ database }) => {
  const { sql } = database;
  await database.empty();
  await sql`
    insert into calls (call_id, started_at, outcome, language, has_retry_fields)
    select 'call-' || n, timestamptz '2026-11-01T10:00:00Z' + n * interval '1 hour', (array['complete', 'no_answer'])[1 + n % 2],
      (array['ar', 'en', null])[1 + n % 3], true
    from generate_series(1, 30) as n`;
  await buildStatistics();
  const list = async () => {
    const filter = { ...NO_FILTER, outcome: ["complete"] };
    const { rows } = await listCalls(filter, { ...DEFAULT_VIEW, cursor: null }, [{ by: "merge", source: "kinds" }]);
    return rows.map(({ callId }) => callId);
  };
  const before = await list();
  expect(before).toHaveLength(15);
  await sql`delete from statistics_state`;
  await sql`delete from call_kinds`;
  expect(await list()).toEqual(before);
});
