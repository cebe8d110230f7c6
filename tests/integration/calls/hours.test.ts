import { sql } from "drizzle-orm";

import { hoursOf } from "@/db/calls/hours";
import { db } from "@/db/driver/client";
import { NO_FILTER } from "@/lib/call/filter";
import { expect, test } from "@/tests/fixtures/test";

const bound = (text: string) => ({ at: new Date(text), text });

test("a range of centuries has no more spans of hours than the days with calls", async ({ database }) => {
  await database.empty();
  const filter = {
    ...NO_FILTER,
    hour: [7],
    zone: "Asia/Riyadh",
    from: bound("1000-01-01T00:00:00Z"),
    to: bound("4000-01-01T00:00:00Z"),
  };
  const spans = async (narrowed = filter) => {
    const rows = await db.execute<{ since: string }>(
      sql`select since::text as since from ${hoursOf(narrowed)} as span`,
    );
    return rows.map(({ since }) => new Date(since).toISOString());
  };
  expect(await spans()).toEqual([]);
  await database.sql`
    insert into calls (call_id, started_at, has_retry_fields) values ('a', '2026-11-02T10:00:00Z', true), ('b', '2026-11-04T10:00:00Z', true)`;
  expect(await spans()).toEqual([5, 4, 3, 2, 1].map((day) => `2026-11-0${day}T04:00:00.000Z`));
  expect(await spans({ ...filter, from: bound("2026-11-04T00:00:00Z") })).toEqual(
    [5, 4, 3].map((day) => `2026-11-0${day}T04:00:00.000Z`),
  );
});
