import { sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { expect, test } from "@/tests/fixtures/test";

test("a test, the modules that it imports and the application see the same database", async ({ app, database }) => {
  await database.empty();
  const answer = await fetch(app.webhookUrl, {
    method: "POST",
    body: JSON.stringify({ call_id: "seen-by-all", payload: { type: "no_answer" } }),
  });
  expect(answer.status).toBe(200);
  expect(await database.sql`select call_id, outcome from calls`).toEqual([
    { call_id: "seen-by-all", outcome: "no_answer" },
  ]);
  expect([...(await db.execute(sql`select call_id from calls`))]).toEqual([{ call_id: "seen-by-all" }]);

  await database.empty();
  expect(await database.sql`select call_id from calls`).toEqual([]);
});

test("the application reaches the simulated vendor", async ({ app, vendor }) => {
  vendor.clearRequests();
  await fetch(app.webhookUrl, {
    method: "POST",
    body: JSON.stringify({ call_id: "unknown-to-the-vendor", payload: { type: "no_answer" } }),
  });
  await expect
    .poll(() => vendor.requests().map((request) => request.path))
    .toContain("/api/v1/calls/unknown-to-the-vendor");
});

test("the administrator is signed in", async ({ adminPage }) => {
  const session = await adminPage.request.get("/api/auth/get-session");
  expect(await session.json()).toMatchObject({ user: { email: "admin@callboard.example", role: "administrator" } });
});
