import { startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";
import { complete } from "@/tests/fixtures/webhooks";

test("row 41: a statement that exceeds the deadline of the first try succeeds in a longer try", async () => {
  const database = await createDatabase();
  const app = await startApp({ databaseUrl: database.url, env: { SPOOL_DIR: undefined, SARJ_API_KEY: undefined } });
  try {
    await database.sql`
      create function take_long() returns trigger language plpgsql as $$ begin perform pg_sleep(1.8); return new; end $$`;
    await database.sql`
      create trigger take_long before insert on calls for each row when (new.call_id = 'slow') execute function take_long()`;
    const answer = await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(complete("slow")) });
    expect([answer.status, await answer.json()]).toMatchObject([200, { call_id: "slow" }]);
    expect(await database.sql`select call_id, verdict, times_received from deliveries`).toEqual([
      { call_id: "slow", verdict: "applied", times_received: 1 },
    ]);
  } finally {
    await app.kill();
    await database.close();
  }
});
