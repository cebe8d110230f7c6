import { expect, request } from "@playwright/test";

import { type App, startApp } from "@/tests/fixtures/app";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { type Replication, startReplication } from "@/tests/fixtures/streaming-replica";
import { test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";
import { notCompleted, postWebhook } from "@/tests/fixtures/webhooks";

/** An application that reads from a real streaming replica. */

let replication: Replication;
let app: App;
test.beforeAll(async () => {
  test.setTimeout(120_000);
  replication = await startReplication();
  app = await startApp({
    databaseUrl: replication.primary.url,
    env: { DATABASE_REPLICA_URL: replication.replica.url },
  });
  await postWebhook(app, notCompleted("to-decide"));
  await replication.caughtUp();
});
test.afterAll(async () => {
  await app.stop();
  await replication.stop();
});

async function readReplicaHealth() {
  const answer = await fetch(`${app.url}/api/health`);
  return (await answer.json()) as {
    reasons: string[];
    replica: { status: string; as_of: string | null; behind_seconds: number | null };
  };
}

const AGE = /^Lists and figures as of \d\d:\d\d:\d\d, \d+ seconds ago\.$/;

test("people see the age of what they read, and their own changes at once", async ({ browser }) => {
  test.slow();
  const { primary, replica } = replication;
  const cookies = await signIn(app.url);
  const other = await addUser(primary.sql, "operator");
  const otherCookies = await signIn(app.url, other);

  const context = await browser.newContext({ baseURL: app.url });
  await context.addCookies(cookies);
  const page = await context.newPage();
  const rows = page.locator("tbody tr");
  await page.goto("/calls");
  await expect(rows).toHaveCount(1);
  await expect(page.getByText(AGE)).toHaveCount(0);
  // The first look may have come before the replica had replayed anything.
  await expect.poll(async () => (await readReplicaHealth()).replica).toMatchObject({ status: "current" });

  await replica.sql`select pg_wal_replay_pause()`;
  await page.goto("/calls/to-decide");
  await page.getByRole("radio", { name: /Needs follow-up/ }).check();
  await page.getByRole("button", { name: "Save decision" }).click();
  await expect(page.getByLabel("What is known about this call")).toContainText("Needs follow-up");
  await page.goto("/calls?reviewed=yes");
  await expect(rows, "one's own change").toHaveCount(1);
  const csv = await page.request.get("/calls/export.csv?reviewed=yes");
  expect(await csv.text(), "one's own change, exported").toContain("to-decide");

  const others = await request.newContext({
    baseURL: app.url,
    extraHTTPHeaders: { cookie: cookieHeader(otherCookies) },
  });
  expect(await (await others.get("/calls?reviewed=yes")).text(), "of others").not.toContain("/calls/to-decide");
  expect(await (await others.get("/calls/export.csv?reviewed=yes")).text(), "of others").not.toContain("to-decide");

  await context.clearCookies();
  await context.addCookies(otherCookies);
  for (const path of ["/calls", "/"]) {
    await expect(async () => {
      await page.goto(path);
      await expect(page.getByText(AGE)).toBeVisible({ timeout: 500 });
    }).toPass();
  }
  await page.goto("/deliveries");
  await expect(
    page.getByText(/^Lists and figures are read from the replica, which is [\d.]+ seconds behind/),
  ).toBeVisible();
  expect((await readReplicaHealth()).replica.behind_seconds).toBeGreaterThan(5);

  await replica.sql`select pg_wal_replay_resume()`;
  await expect(async () => {
    await page.goto("/calls?reviewed=yes");
    await expect(rows).toHaveCount(1, { timeout: 500 });
    await expect(page.getByText(AGE)).toHaveCount(0, { timeout: 500 });
  }).toPass();
  await others.dispose();
  await context.close();
});

test("without its replica, the application reads from the primary and says so", async ({ browser }) => {
  const { replica } = replication;
  const context = await browser.newContext({ baseURL: app.url });
  await context.addCookies(await signIn(app.url));
  const page = await context.newPage();
  await replica.kill();
  await page.goto("/calls");
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect.poll(async () => (await readReplicaHealth()).replica.status).toBe("unavailable");
  expect((await readReplicaHealth()).reasons).toContain("replica_unavailable");
  await page.goto("/deliveries");
  await expect(page.getByText("The replica does not answer")).toBeVisible();
  await replica.start();
  await expect.poll(async () => (await readReplicaHealth()).replica.status).toBe("current");
  await context.close();
});
