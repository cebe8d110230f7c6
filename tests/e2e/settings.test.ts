import { generateCalls } from "@/scripts/simulator/generate";
import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { WEBHOOK_SECRET } from "@/tests/fixtures/environment";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

test.beforeEach(async ({ context, adminCookies, database, vendor }) => {
  await database.empty();
  vendor.clearFaults();
  await context.addCookies(adminCookies);
});

test.afterAll(({ vendor }) => {
  vendor.clearFaults();
});

test("the organization form shows errors beside the fields, keeps the input and saves", async ({
  page,
  context,
  app,
  database: { sql },
}) => {
  await page.goto("/settings");
  await page.getByLabel("Name").fill("   ");
  await page.getByRole("combobox", { name: "Time zone" }).fill("Karachi");
  await page.getByRole("option", { name: /Asia\/Karachi/ }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Enter a name.")).toBeVisible();
  await expect(page.getByLabel("Name")).toBeFocused();
  await expect(page.getByRole("combobox", { name: "Time zone" })).toHaveValue(/Asia\/Karachi/);
  expect(await sql`select 1 from organization`).toHaveLength(0);

  await context.addCookies([{ name: "locale", value: "ar", url: app.url }]);
  await page.reload();
  await page.getByLabel("الاسم").fill("");
  await page.getByRole("button", { name: "حفظ" }).click();
  await expect(page.getByText("أدخل اسمًا.")).toBeVisible();

  await context.addCookies([{ name: "locale", value: "en", url: app.url }]);
  await page.reload();
  await page.getByLabel("Name").fill("Al Noor Clinics");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved")).toBeVisible();
  expect(await sql`select name, time_zone, week_start from organization`).toEqual([
    { name: "Al Noor Clinics", time_zone: "Asia/Riyadh", week_start: 7 },
  ]);
});

test("an administrator sets after how long sessions end, and requires a second factor only with one of their own", async ({
  page,
  database: { sql },
}) => {
  await page.goto("/settings");
  await page.getByRole("link", { name: "Sign-in and sessions" }).click();
  const operators = page.getByRole("group", { name: "Operator" });
  const choose = async (label: string, option: string) => {
    const field = operators.getByLabel(label);
    await expect(async () => {
      // The list may still move to its place, above the field, between the press and the release of the button. No person is that quick.
      await page.keyboard.press("Escape");
      await field.click({ timeout: 2000 });
      await page.getByRole("option", { name: option, exact: true }).click({ timeout: 2000 });
      await expect(field).toHaveText(option, { timeout: 1000 });
    }).toPass();
  };
  const save = page.getByRole("button", { name: "Save" });
  await choose("After sign-in, at the latest after", "8 hours");
  await save.last().click();
  await expect(operators.getByLabel("Without activity for")).toHaveAccessibleDescription(
    "Choose at most the time after sign-in.",
  );
  await choose("Without activity for", "30 minutes");
  await save.last().click();
  await expect(page.getByText("Saved")).toBeVisible();
  expect(
    await sql`select operator_idle_minutes as idle, operator_lifetime_minutes as lifetime, viewer_idle_minutes as viewer from organization`,
  ).toEqual([{ idle: 30, lifetime: 480, viewer: 720 }]);
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.getByRole("radio", { name: /^Everyone/ }).check();
  await save.first().click();
  await expect(page.getByRole("alert").filter({ hasText: "for your own account first" })).toBeVisible();
  await expect(page.getByRole("radio", { name: /^Everyone/ })).toBeChecked();
  await sql`update "user" set two_factor_enabled = true where email = 'admin@callboard.example'`;
  await save.first().click();
  await expect.poll(() => sql`select second_factor_rule as rule from organization`).toEqual([{ rule: "everyone" }]);
  await sql`update "user" set two_factor_enabled = false`;
  await sql`delete from organization`;
  expect(await sql`select subject, detail from audit_events where action = 'settings_changed' order by at`).toEqual([
    { subject: "session_limits", detail: expect.objectContaining({ operatorIdle: 30, operatorLifetime: 480 }) },
    { subject: "second_factor_rule", detail: { to: "everyone" } },
  ]);
  await expect(page.getByText("No identity provider is configured.")).toBeVisible();
});

test("row 5: a page contains the secret only after an administrator reveals it; other roles get a 403", async ({
  page,
  app,
  browser,
  database: { sql },
}) => {
  await page.goto("/settings/vendor");
  await expect(page.getByRole("button", { name: "Show" })).toBeVisible();
  expect(await page.content()).not.toContain(WEBHOOK_SECRET);
  expect(await (await page.request.get("/settings/vendor")).text()).not.toContain(WEBHOOK_SECRET);
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText(app.webhookUrl)).toBeVisible();
  await page.getByRole("button", { name: "Hide" }).click();
  expect(await page.content()).not.toContain(WEBHOOK_SECRET);
  expect(await sql`select action from audit_events where action = 'secret_revealed'`).toHaveLength(1);

  for (const role of ["viewer", "operator"] as const) {
    const context = await browser.newContext({ baseURL: app.url });
    await context.addCookies(await signIn(app.url, await addUser(sql, role)));
    const answer = await context.request.get(`${app.url}/settings/vendor`);
    expect(answer.status(), role).toBe(403);
    expect(await answer.text()).not.toContain(WEBHOOK_SECRET);
    await context.close();
  }
});

test("a test call is sent to the real endpoint and marked as a test", async ({ page, database: { sql } }) => {
  await page.goto("/settings/vendor");
  await page.getByRole("button", { name: "Send a test call" }).click();
  await expect(page.getByText(/Applied, answered in/)).toBeVisible();
  const [call] = await sql`select call_id, is_test, outcome from calls`;
  expect(call).toMatchObject({ is_test: true, outcome: "complete" });
  await page.getByRole("link", { name: "Open the delivery" }).click();
  await expect(page.getByText("This call is marked as a test")).toBeVisible();
});

test("the connection test shows the problem, and an accepted key starts the queue again", async ({ page, vendor }) => {
  const test = page.getByRole("button", { name: "Test the connection" });
  await page.goto("/settings/vendor");
  vendor.fault({ on: "api", kind: "html", status: 502 });
  await test.click();
  await expect(page.getByText("The API does not answer")).toBeVisible();
  await expect(page.getByText("The key could not be tested")).toBeVisible();

  vendor.clearFaults();
  vendor.fault({ on: "api", kind: "status", status: 401 });
  await test.click();
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "The key is rejected" })).toBeVisible();

  vendor.clearFaults();
  await test.click();
  await expect(page.getByText("The key is accepted")).toBeVisible();
  await expect(page.getByText("On", { exact: true })).toBeVisible();
});

test("calls are imported from a pasted table, with a preview, progress and results", async ({
  page,
  context,
  app,
  vendor,
}) => {
  const to = Date.UTC(2026, 4, 1);
  const calls = generateCalls({ seed: "import page", count: 4, from: to - 86_400_000, to });
  await vendor.register(calls);
  await page.goto("/settings/import");
  const rows = [...calls.map(({ id }) => id), "nobody-knows-it", calls[0]?.id ?? ""];
  await page
    .getByRole("textbox", { name: "Call IDs" })
    .fill(`when,reference\n${rows.map((id) => `x,${id}`).join("\n")}`);
  await page.getByRole("combobox", { name: "Which column contains the call IDs?" }).click();
  await page.getByRole("option", { name: "reference" }).click();
  await expect(page.getByText("5 calls")).toBeVisible();
  await expect(page.getByText("1 repeated ID skipped")).toBeVisible();
  await page.getByRole("button", { name: "Start import" }).click();
  await expect(page).toHaveURL(/\/settings\/import\/[0-9a-f-]{36}$/);
  await expect(page.getByText("5 of 5")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("row", { name: /nobody-knows-it/ })).toContainText("Not found");
  await page.getByRole("link", { name: /^Imported/ }).click();
  await expect(page.getByRole("region", { name: "Results" }).getByRole("row")).toHaveCount(5);
  const href = await page.getByRole("link", { name: "Download results" }).getAttribute("href");
  const csv = await (await context.request.get(`${app.url}${href}`)).text();
  expect(csv.split("\r\n").slice(0, 2)).toEqual([
    "\uFEFFcall_id,result,reason,attempts,done_at",
    expect.stringMatching(new RegExp(`^${calls[0]?.id},imported,,1,2`)),
  ]);
  expect(csv).toContain("nobody-knows-it,not_found,");
});
