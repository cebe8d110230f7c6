import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type postgres from "postgres";

import { signIn } from "@/tests/fixtures/sign-in";
import { damaged, leaveSpoolFile, spoolRecord } from "@/tests/fixtures/spool";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";
import { complete } from "@/tests/fixtures/webhooks";

test.beforeEach(async ({ context, adminCookies, database }) => {
  await database.empty();
  await context.addCookies(adminCookies);
});

/** Inserts a delivery that an older version could not read and this version can. */
async function insertQuarantined(sql: postgres.Sql, callId: string, reason = "call_id_missing"): Promise<string> {
  const [row] = await sql`
    insert into deliveries (call_id, id, body, body_sha256, secret_label, verdict, reason)
    values ('', gen_random_uuid(), ${Buffer.from(JSON.stringify(complete(callId)))}, ${callId}, 'aaaaaaaa', 'quarantined', ${reason})
    returning id`;
  return String(row?.id);
}

test("the log shows verdicts and reasons, filters are in the URL, and invalid parameters are reported", async ({
  page,
  app,
  request,
}) => {
  await request.post(app.webhookUrl, { data: complete("log-1") });
  await request.post(app.webhookUrl, { data: "{oops", headers: { "content-type": "text/plain" } });
  await page.goto("/deliveries?colour=red");
  await expect(page.getByText("colour could not be understood")).toBeVisible();
  const log = page.getByRole("region", { name: "Log" });
  await expect(log.getByRole("row")).toHaveCount(3);
  await expect(log.getByRole("row", { name: /Not JSON/ })).toContainText("Quarantined");
  await page.getByRole("link", { name: "Quarantined", exact: true }).click();
  await expect(page).toHaveURL(/\/deliveries\?verdict=quarantined$/);
  await expect(log.getByRole("row")).toHaveCount(2);
  await page.getByRole("button", { name: "Filters" }).click();
  await page.getByRole("textbox", { name: "Call ID" }).fill("nobody");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/call_id=nobody/);
  await expect(page.getByText("No matching deliveries")).toBeVisible();
});

test("a delivery is replayed after confirmation, and its page shows which of its values the call uses", async ({
  page,
  database: { sql },
}) => {
  const id = await insertQuarantined(sql, "replayed-1");
  await page.goto(`/deliveries/${id}`);
  await expect(page.getByText("The body does not say which call it is about.")).toBeVisible();
  await page.getByRole("button", { name: "Replay" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Replay this delivery?");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toHaveCount(0);
  expect(await sql`select 1 from calls`).toHaveLength(0);

  await page.getByRole("button", { name: "Replay" }).click();
  await dialog.getByRole("button", { name: "Replay" }).click();
  await expect(dialog).toContainText("1 delivery replayed");
  await expect(dialog).toContainText("1 applied");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText("The call’s outcome comes from this delivery.")).toBeVisible();
  await expect(page.getByRole("row", { name: /Duration/ })).toContainText("From this delivery");
  expect(await sql`select call_id, outcome from calls`).toEqual([{ call_id: "replayed-1", outcome: "complete" }]);
  expect(await sql`select action, subject from audit_events where action = 'delivery_replayed'`).toEqual([
    { action: "delivery_replayed", subject: id },
  ]);
});

test("a selection or all deliveries with one reason are replayed, and the results are counted by verdict", async ({
  page,
  database: { sql },
}) => {
  await insertQuarantined(sql, "sel-1");
  await insertQuarantined(sql, "sel-2");
  await page.goto("/deliveries");
  await page.getByRole("checkbox", { name: "Select all on this page" }).check();
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.getByRole("button", { name: "Replay selection" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Replay" }).click();
  await expect(page.getByRole("dialog")).toContainText("2 applied");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  for (let index = 0; index < 70; index += 1) {
    await insertQuarantined(sql, `all-${index}`);
  }
  await sql`
    insert into deliveries (call_id, id, body, body_sha256, secret_label, verdict, reason)
    values ('', gen_random_uuid(), '[]', 'x', 'aaaaaaaa', 'quarantined', 'call_id_missing')`;
  await page.reload();
  await page.getByRole("button", { name: "Replay all: No call ID" }).click();
  await expect(page.getByRole("dialog")).toContainText("71 deliveries, oldest first");
  await page.getByRole("dialog").getByRole("button", { name: "Replay" }).click();
  await expect(page.getByRole("dialog")).toContainText("71 deliveries replayed");
  await expect(page.getByRole("dialog")).toContainText("70 applied");
  await expect(page.getByRole("dialog")).toContainText("1 still quarantined");
  await expect(page.getByRole("dialog").getByRole("link", { name: /Not a JSON object/ })).toBeVisible();
});

test("row 52: the body is shown as text and downloads as a file that browsers do not execute", async ({
  page,
  app,
  request,
  context,
}) => {
  const hostile = `{"call_id":"<script>alert(1)</script>","payload":{"type":"complete"}}`;
  await request.post(app.webhookUrl, { data: hostile, headers: { "content-type": "text/html" } });
  await page.goto("/deliveries");
  await page.getByRole("region", { name: "Log" }).getByRole("link").first().click();
  await expect(page.getByRole("region", { name: "Body" })).toContainText("<script>alert(1)</script>");
  const href = await page.getByRole("link", { name: "Download body" }).getAttribute("href");
  const file = await context.request.get(`${app.url}${href}`);
  expect(file.headers()).toMatchObject({ "content-type": "application/json", "x-content-type-options": "nosniff" });
  expect(file.headers()["content-disposition"]).toMatch(/^attachment; filename="delivery-[0-9a-f-]+\.json"$/);
  expect(await file.text()).toBe(hostile);
});

test("an alert appears when no delivery has arrived for longer than usual", async ({ page, database: { sql } }) => {
  // Six deliveries per hour for four weeks, and none in the last two hours.
  await sql`
    insert into deliveries (call_id, id, body, body_sha256, secret_label, verdict, outcome, received_at)
    select 'h' || n, gen_random_uuid(), '{}', 'h' || n, 'aaaaaaaa', 'applied', 'no_answer', now() - interval '2 hours' - n * interval '10 minutes'
    from generate_series(0, 6 * 24 * 28) n`;
  await page.goto("/deliveries");
  await expect(page.getByText("No deliveries for 2 hours")).toBeVisible();
  await expect(page.getByText(/about 1[23] deliveries usually arrive/)).toBeVisible();
});

test("a viewer has no access; an operator has access, but cannot replay all deliveries with one reason", async ({
  browser,
  app,
  database: { sql },
}) => {
  const id = await insertQuarantined(sql, "role-1");
  for (const role of ["viewer", "operator"] as const) {
    const context = await browser.newContext({ baseURL: app.url });
    await context.addCookies(await signIn(app.url, await addUser(sql, role)));
    const page = await context.newPage();
    const statuses = [];
    for (const path of ["/deliveries", `/deliveries/${id}`, `/deliveries/${id}/body`]) {
      statuses.push((await context.request.get(`${app.url}${path}`)).status());
    }
    expect(statuses).toEqual(role === "viewer" ? [403, 403, 403] : [200, 200, 200]);
    await page.goto("/");
    await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Calls" })).toBeVisible();
    await expect(page.locator('a[href="/deliveries"]:visible')).toHaveCount(role === "viewer" ? 0 : 1);
    if (role === "operator") {
      await page.goto("/deliveries");
      await expect(page.getByText("Quarantined, by reason")).toBeVisible();
      await expect(page.getByRole("button", { name: /Replay all/ })).toHaveCount(0);
    }
    await context.close();
  }
});

test("the contract watch names what is unknown in words, and leads to the deliveries with it", async ({
  page,
  app,
  request,
  database: { sql },
}) => {
  await page.goto("/deliveries");
  const watch = page.getByRole("region", { name: "Contract watch" });
  await expect(page.getByText("Everything that has arrived so far is in the documentation.")).toBeVisible();
  await request.post(app.webhookUrl, { data: { ...complete("watched-1"), tomorrow: 1 } });
  await request.post(app.webhookUrl, { data: { call_id: "watched-2", payload: { type: "teleported" } } });
  await request.post(app.webhookUrl, { data: complete("watched-3") });
  await sql`
    insert into api_answers (call_id, body, answered_at, flags) values ('watched-1', '{}', now(), '{"api.duration: unbelievable"}')`;
  await sql`update deliveries set stored_at = stored_at - interval '1 minute'`;
  await sql`update api_answers set stored_at = stored_at - interval '1 minute'`;
  await expect.poll(() => sql`select 1 from contract_sightings`, { timeout: 40_000 }).toHaveLength(3);
  await page.reload();
  await expect(watch.getByRole("row", { name: /^payload.type/ })).toContainText(
    "Callboard does not know this type of webhook. It counts as a dial that did not reach the customer.",
  );
  await expect(watch.getByRole("row", { name: /^payload.type/ })).toContainText("Value: teleported");
  await expect(watch.getByRole("row", { name: /^api.duration/ })).toContainText("1 API answer");
  await watch
    .getByRole("row", { name: /^tomorrow/ })
    .getByRole("link", { name: "1 delivery" })
    .click();
  await expect(page).toHaveURL(/\?flag=tomorrow%3A\+unknown_field$/);
  const log = page.getByRole("region", { name: "Log" });
  await expect(log.getByRole("row")).toHaveCount(2);
  await expect(log.getByRole("row").last()).toContainText("watched-1");
});

test("an administrator has everything read again and sees the progress; a delivery shows the headers it came with", async ({
  page,
  app,
  request,
  database: { sql },
}) => {
  await request.post(app.webhookUrl, { data: complete("again-1"), headers: { "x-sender": "sarj" } });
  await sql`update call_details set facts = jsonb_set(facts, '{direction,v}', '"other rules"') where call_id = 'again-1'`;
  await sql`update calls set direction = 'other rules' where call_id = 'again-1'`;
  // Another transaction holds the call, so the progress can be seen.
  const reserved = await sql.reserve();
  await reserved`begin`;
  await reserved`select 1 from call_details where call_id = 'again-1' for update`;
  await page.goto("/deliveries");
  await page.getByRole("button", { name: "Read everything again" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("Reviews and other decisions stay");
  await dialog.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("progressbar", { name: "Everything that is stored is being read again" })).toBeVisible();
  await expect(page.getByText("0 of 1 calls and quarantined deliveries.")).toBeVisible();
  await reserved`rollback`;
  reserved.release();
  await expect(page.getByRole("progressbar")).toHaveCount(0, { timeout: 30_000 });
  expect(await sql`select direction from calls`).toEqual([{ direction: "outbound" }]);
  expect(await sql`select action from audit_events where action = 'data_reinterpreted'`).toHaveLength(1);

  await page.getByRole("region", { name: "Log" }).getByRole("link").first().click();
  await expect(page.getByRole("region", { name: "Request headers" })).toContainText('"x-sender": "sarj"');
});

test("row 47: damaged records of the spool are listed with what to do, tried again, and deleted after confirmation", async ({
  page,
  app,
  database: { sql },
}) => {
  const spool = app.spool ?? "";
  const [broken, repaired] = [damaged(spoolRecord("broken-1")), spoolRecord("repaired-1")];
  const id = leaveSpoolFile(spool, [broken, spoolRecord("whole-1"), damaged(repaired)]);
  await expect.poll(() => sql`select from calls where call_id = 'whole-1'`).toHaveLength(1);
  const files = () => readdirSync(spool).filter((name) => name.endsWith(".damaged"));
  await expect.poll(files).toHaveLength(2);
  await page.goto("/deliveries");
  await expect(page.getByText("2 deliveries on disk cannot be read")).toBeVisible();
  const list = page.locator("#damaged");
  await expect(list).toContainText(spool);
  await expect(list.getByRole("listitem").filter({ hasText: "broken-1" })).toContainText(`${id}.0.damaged`);

  const second = list.getByRole("listitem").filter({ hasText: "repaired-1" });
  await second.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("It still cannot be read. The file is kept.")).toBeVisible();
  const again = files().find((name) => name.includes("_")) ?? "";
  // In one step: the page may be listing the files.
  writeFileSync(join(spool, "repaired"), repaired);
  renameSync(join(spool, "repaired"), join(spool, again));
  await second.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("The delivery could be read")).toBeVisible();
  await expect(second).toHaveCount(0);
  expect(await sql`select from calls where call_id = 'repaired-1'`).toHaveLength(1);

  const first = list.getByRole("listitem").filter({ hasText: "broken-1" });
  await first.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(files()).toHaveLength(1);
  await first.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(list).toHaveCount(0);
  expect(files()).toEqual([]);
  expect(await sql`select action from audit_events where action like 'damaged%' order by at`).toEqual([
    { action: "damaged_delivery_retried" },
    { action: "damaged_delivery_retried" },
    { action: "damaged_delivery_deleted" },
  ]);
});
