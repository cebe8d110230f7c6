import { callHref } from "@/lib/call/link";
import { generateCall } from "@/scripts/simulator/generate";
import { sendCall } from "@/scripts/simulator/traffic";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

test.beforeEach(async ({ database }) => {
  await database.empty();
});

test("an administrator sets how long the audit log is kept, sees what that deletes, and finds both in the log", async ({
  adminPage: page,
  database: { sql },
}) => {
  await sql`insert into audit_events (action, actor_name, at) values
    ('sign_out', 'Ancient', now() - interval '500 days'), ('sign_out', 'Recent', now() - interval '300 days')`;
  await page.goto("/settings/audit");
  await page.getByLabel("Keep events for (days)").fill("400");
  await page.getByRole("button", { name: "Preview what would be deleted" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Keep events for 400 days?" });
  await expect(dialog).toContainText("1 event is deleted now and cannot be restored.");
  await dialog.getByRole("button", { name: "Save and delete" }).click();
  const events = page.getByRole("region", { name: "Audit log" }).getByRole("row");
  await expect(events.filter({ hasText: "Changed how long the audit log is kept" })).toContainText(
    "Before (days): forever",
  );
  await expect(events.filter({ hasText: "Deleted old events of the audit log" })).toContainText("Older than:");
  await expect(events.filter({ hasText: "Recent" })).toHaveCount(1);
  await expect(events.filter({ hasText: "Ancient" })).toHaveCount(0);
  await expect(page.getByText("By the rights of the database role")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Keep events for (days)")).toHaveValue("400");
});

test("the privacy page shows the last run of retention, what failed and why", async ({
  adminPage: page,
  database: { sql },
}) => {
  // The application's own run is not due.
  await sql`insert into states (key, value) values ('turn:purge', 'null') on conflict (key) do update set updated_at = now()`;
  await sql`insert into states (key, value) values ('retention', ${sql.json({
    kinds: {
      recording: { deleted: 12, skipped: 0, error: null, isFinished: true },
      call: { deleted: 3, skipped: 2, error: "XX001", isFinished: true },
      delivery: { deleted: 500, skipped: 0, error: null, isFinished: false },
    },
  })}) on conflict (key) do update set value = excluded.value`;
  await page.goto("/settings/privacy");
  const rows = page.getByRole("region", { name: "Last run" }).getByRole("row");
  await expect(rows.filter({ hasText: "Recordings" })).toContainText("12");
  await expect(rows.filter({ hasText: "Calls" })).toContainText(
    "The database could not read some of the data. Its files may be damaged: check its log. 2 items were left. It is tried again at the next run.",
  );
  await expect(rows.filter({ hasText: "Calls" })).toContainText("XX001");
  await expect(rows.filter({ hasText: "Raw deliveries" })).toContainText("More to delete");
});

test("the audit log, its export and the page of the call show who listened to a recording", async ({
  adminPage,
  browser,
  app,
  vendor,
  database: { sql },
}) => {
  const call = generateCall({ seed: "heard", endedAt: Date.now() - 600_000, outcome: "complete", recorded: true });
  await sendCall({ webhookUrl: app.webhookUrl, vendor, call });
  const omar = await addUser(sql, "operator", { name: "Omar" });
  const context = await browser.newContext({ baseURL: app.url });
  await context.addCookies(await signIn(app.url, omar));
  const page = await context.newPage();
  await page.goto(callHref(call.id));
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect
    .poll(() => page.locator("audio").evaluate((audio: HTMLAudioElement) => audio.currentTime))
    .toBeGreaterThan(0.3);
  await context.close();

  await adminPage.goto("/settings/audit");
  await adminPage.getByLabel("Call", { exact: true }).fill(call.id);
  await adminPage.getByRole("combobox", { name: "What" }).click();
  await adminPage.getByRole("option", { name: "Listened", exact: false }).first().click();
  await adminPage.getByRole("button", { name: "Apply" }).click();
  await expect(adminPage).toHaveURL(new RegExp(`call_id=${call.id}`));
  const events = adminPage.getByRole("region", { name: "Audit" }).getByRole("row");
  await expect(events).toHaveCount(2);
  await expect(events.nth(1)).toContainText("Omar");
  await expect(events.nth(1).getByRole("link")).toHaveAttribute("href", callHref(call.id));

  await adminPage.goto("/settings/audit?action=sign_in");
  await expect(events.filter({ hasText: "Omar" })).toContainText("Method: password");

  await adminPage.goto(`/settings/audit?action=recording_listened&call_id=${call.id}`);
  const download = adminPage.waitForEvent("download");
  await adminPage.getByRole("link", { name: "Export CSV" }).click();
  const file = await (await download).createReadStream();
  const csv = (await file.toArray()).join("");
  expect(csv).toContain(`Omar,${omar.email}`);
  expect(csv.trim().split("\r\n")).toHaveLength(2);

  await adminPage.goto(callHref(call.id));
  await adminPage.getByText("Who viewed, heard or changed it").click();
  await expect(adminPage.getByRole("listitem").filter({ hasText: "Omar" })).toContainText("listened to the recording");
});
