import { readFileSync } from "node:fs";

import { buildStatistics } from "@/tests/fixtures/built-statistics";
import { compareStatistics } from "@/tests/fixtures/statistics-recount";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, which would fold too.
test.use({ baseURL: "http://localhost" });

test("the migration fills the slices of cells that were built before it", async ({ database }) => {
  const { sql, superuser } = database;
  await database.empty();
  // Calls of three months: the slices of the first two months are complete.
  await sql`
    insert into calls (call_id, started_at, outcome, goal, scenario_id, attempt, is_test, duration_seconds, criteria, has_retry_fields)
    select 'call-' || n, timestamptz '2026-09-05T10:00:00Z' + n * interval '13 hours', (array['complete', 'no_answer', null])[1 + n % 3],
      (array['success', 'failure', null])[1 + n % 3], (array['delivery', 'survey'])[1 + n % 2], 1 + n % 2, n % 7 = 0, n,
      '{"Polite": {"met": true, "primary": false}}', true
    from generate_series(1, 130) as n`;
  await buildStatistics();
  expect((await compareStatistics(sql)).odd).toEqual([]);
  const slices = async () => ({
    figures: await sql`
      select dimension, value, span, start, part, is_counted, key, figures
      from figure_slices cross join lateral (
        select key, array[calls, dials, reached, assessed, met, timed, talk_seconds] as figures
        from unnest(keys, figure_slices.calls, figure_slices.dials, figure_slices.reached, figure_slices.assessed, figure_slices.met, figure_slices.timed,
          figure_slices.talk_seconds) as part (key, calls, dials, reached, assessed, met, timed, talk_seconds)
      ) as part order by 1, 2, 3, 4, 5, 6, 7`,
    criteria: await sql`
      select dimension, value, span, start, is_counted, part.*
      from criterion_slices cross join lateral unnest(scenarios, criteria, judged, met, primaries) as part (scenario, criterion, judged, met, primaries)
      order by 1, 2, 3, 4, 5, 6, 7`,
  });
  const built = await slices();
  expect(built.figures.some(({ span }) => span === "month")).toBe(true);
  expect(built.criteria.some(({ span }) => span === "month")).toBe(true);
  await superuser`truncate figure_slices, criterion_slices`;
  const fill = readFileSync("db/migrations/0017_figure-slices.sql", "utf8").split("--> statement-breakpoint").at(-1);
  await superuser.unsafe(fill ?? "");
  expect(await slices()).toEqual(built);
});
