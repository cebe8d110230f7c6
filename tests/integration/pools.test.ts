import { sql } from "drizzle-orm";

import { db, jobs, replica } from "@/db/client";
import { attempt } from "@/db/ingest";
import { expect, test } from "@/tests/fixtures/test";

test("row 44: a statement of every pool ends by itself, a delivery's soonest", async ({ database }) => {
  expect(database.url).toContain("worker");
  const limitOf = async (on: typeof db) => {
    const [row] = await on.execute<{ limit: string }>(sql`select current_setting('statement_timeout') as limit`);
    return row?.limit;
  };
  expect(await Promise.all([limitOf(db), limitOf(replica), limitOf(jobs), attempt(limitOf, 5000)])).toEqual([
    "20s",
    "20s",
    "10s",
    "6s",
  ]);
});
