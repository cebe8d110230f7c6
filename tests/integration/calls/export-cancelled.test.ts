import { setImmediate as turn } from "node:timers/promises";

import { exportCalls } from "@/db/calls/export";
import { replica } from "@/db/driver/client";
import { NO_FILTER } from "@/lib/call/filter";
import { DEFAULT_VIEW } from "@/lib/call/list-view";
import { expect, test } from "@/tests/fixtures/test";

// No application is needed.
test.use({ baseURL: "http://localhost" });

test("row 58: whenever a client disconnects while a batch is being read, the reading ends and its connection is free", async ({
  database: { empty, sql },
}) => {
  await empty();
  await sql`
    insert into calls (call_id, has_retry_fields, outcome, started_at)
    select 'call-' || n, true, 'complete', '2026-11-01'::timestamptz + n * interval '1 minute' from generate_series(1, 2000) as n`;
  for (let turns = 0; turns < 40; turns += 1) {
    const disconnected = new AbortController();
    const { batches } = await exportCalls(NO_FILTER, DEFAULT_VIEW, false, disconnected.signal);
    await batches.next();
    const next = batches.next().then(
      () => "read",
      (error: unknown) => String(Object(error instanceof Error ? error.cause : error).code ?? "aborted"),
    );
    for (let passed = 0; passed < turns; passed += 1) {
      await turn();
    }
    disconnected.abort();
    expect(["read", "57014", "aborted"], `after ${turns} turns`).toContain(await next);
  }
  const { max } = replica.$client.options;
  const pids = await Promise.all(
    Array.from({ length: max }, () =>
      replica.execute<{ pid: number }>("select pg_backend_pid() as pid, pg_sleep(0.05)"),
    ),
  );
  expect(new Set(pids.map(([row]) => row?.pid)).size).toBe(max);
  expect(
    await sql`select pid from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'`,
  ).toEqual([]);
});
