import { readFileSync } from "node:fs";

import { SCRIPTS_COOKIE, SCRIPTS_OFF } from "@/lib/http/scripts-cookie";
import { oneTimeCode } from "@/tests/fixtures/one-time-code";
import { signIn as signInAs } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, PASSWORD } from "@/tests/fixtures/users";
import { beforeScripts, PARSED, signInByForm, withoutScripts } from "@/tests/fixtures/without-scripts";

/** The forms of the settings work in a browser without scripts, and in one whose scripts have not arrived yet. */

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
});

const REFUSED = "Callboard cannot reach its database right now.";

test("without scripts, the settings, the account and the filters of every list work", async ({
  browser,
  app,
  vendor,
  database: { sql, empty },
}) => {
  test.slow();
  await empty();
  await vendor.register([]);
  await using opened = await withoutScripts(browser, { baseURL: app.url });
  const { page } = opened;
  await signInByForm(page);

  await page.goto("/settings");
  await page.getByLabel("Name", { exact: true }).fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Enter a name.")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("No Scripts Ltd");
  await page.getByLabel("Time zone").selectOption({ value: "Asia/Dubai" });
  await page.getByLabel("First day of the week").selectOption({ label: "Sunday" });
  await page.getByRole("button", { name: "Save" }).click();
  await expect
    .poll(() => sql`select name, time_zone, week_start from organization`)
    .toEqual([{ name: "No Scripts Ltd", time_zone: "Asia/Dubai", week_start: 7 }]);

  await page.goto("/settings/privacy");
  await page.getByRole("switch").check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect.poll(() => sql`select mask_numbers from organization`).toEqual([{ mask_numbers: true }]);
  await page.getByLabel("Calls (days)").fill("soon");
  await page.getByRole("button", { name: "Preview what would be deleted" }).click();
  await expect(page.getByText("Enter a whole number of days").first()).toBeVisible();
  await expect(page.getByLabel("Calls (days)")).toHaveValue("soon");
  await page.getByLabel("Calls (days)").fill("3000");
  await page.getByRole("button", { name: "Preview what would be deleted" }).click();
  await expect(page.getByText("Apply these rules?")).toBeVisible();
  await page.getByRole("button", { name: /^Save/ }).last().click();
  await expect.poll(() => sql`select call_days from organization`).toEqual([{ call_days: 3000 }]);
  await page.getByLabel("Phone number").fill("+966500000001");
  await page.getByRole("button", { name: "Look up" }).click();
  await page.getByRole("button", { name: "Erase", exact: true }).click();
  await expect.poll(() => sql`select count(*)::int as count from erasures`).toEqual([{ count: 1 }]);

  await page.getByLabel("The person’s number").fill("nobody");
  await page.getByRole("button", { name: "Find data" }).click();
  await expect(page.getByText("Enter a phone number in international form.")).toBeVisible();
  await page.getByLabel("The person’s number").fill("+966500000001");
  await page.getByRole("button", { name: "Find data" }).click();
  await expect(page.getByText("Nothing was found.")).toBeVisible();
  expect(page.url()).not.toContain("500000001");
  const started = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download file" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toMatch(/^held-data-01-.*\.json$/);
  expect(JSON.parse(readFileSync(await download.path(), "utf8"))).toMatchObject({ calls: [], mentions: [] });
  expect(await sql`select subject from audit_events where action = 'access_given'`).toEqual([{ subject: "+…01" }]);

  await page.goto("/settings/security");
  await page.getByRole("radio", { name: /^Everyone/ }).check();
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByText("for your own account first")).toBeVisible();
  const operators = page.getByRole("group", { name: "Operator" });
  await operators.getByLabel("After sign-in, at the latest after").selectOption({ label: "8 hours" });
  await page.getByRole("button", { name: "Save" }).last().click();
  await expect(page.getByText("Choose at most the time after sign-in.")).toBeVisible();
  await operators.getByLabel("Without activity for").selectOption({ label: "30 minutes" });
  await page.getByRole("button", { name: "Save" }).last().click();
  await expect
    .poll(() => sql`select operator_idle_minutes as idle, operator_lifetime_minutes as lifetime from organization`)
    .toEqual([{ idle: 30, lifetime: 480 }]);

  await sql`insert into notices (user_id, kind, detail)
    select id, 'wrong_passwords', '{}' from "user" where email = 'admin@callboard.example'`;
  await page.goto("/notices");
  await expect(page.getByText("Several wrong passwords were tried").first()).toBeVisible();
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await expect.poll(() => sql`select id from notices where read_at is null`).toHaveLength(0);

  await page.goto("/settings/vendor");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText(app.webhookUrl)).toBeVisible();
  await page.getByRole("button", { name: "Send a test call" }).click();
  await expect(page.getByRole("link", { name: "Open the call" })).toBeVisible();
  await page.getByRole("button", { name: "Test the connection" }).click();
  await expect(page.getByText("The key is accepted")).toBeVisible();

  await page.goto("/settings/audit");
  await page.getByLabel("Keep events for (days)").fill("364");
  await page.getByRole("button", { name: "Preview what would be deleted" }).click();
  await expect(page.getByText("Enter a whole number of days from 365 to 3650")).toBeVisible();
  await page.getByLabel("Keep events for (days)").fill("400");
  await page.getByRole("button", { name: "Preview what would be deleted" }).click();
  await expect(page.getByText("Keep events for 400 days?")).toBeVisible();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect.poll(() => sql`select audit_days from organization`).toEqual([{ audit_days: 400 }]);
  await page.goto("/settings/audit");
  await page.getByLabel("What").selectOption({ value: "retention_changed" });
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/action=retention_changed/);
  await expect(page.locator("tbody tr")).toHaveCount(1);

  await page.goto("/deliveries");
  await page.getByRole("link", { name: "Filters" }).click();
  await page.getByLabel("Call ID").fill("unknown-1");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/call_id=unknown-1/);

  await page.goto("/");
  await page.getByRole("link", { name: "Other range" }).click();
  await page.getByLabel("From").fill("2026-05-01");
  await page.getByLabel("To").fill("2026-05-31");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/from=2026-05-01&to=2026-05-31/);

  await page
    .getByRole("link", { name: /Account/ })
    .first()
    .click();
  await expect(page).toHaveURL(/\/settings\/account/);
  await page.getByLabel("Your name").fill("");
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByText("Enter your name.")).toBeVisible();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  expect((await opened.context.cookies()).filter(({ name }) => name.includes("session_token"))).toEqual([]);
});

test("without scripts, a confirmation acts on what was previewed, and the page shows its answer", async ({
  browser,
  app,
  adminCookies,
  database: { sql, empty },
}) => {
  test.slow();
  await empty();
  await using opened = await withoutScripts(browser, { baseURL: app.url, cookies: adminCookies });
  const { page } = opened;
  const erased = () => sql`select masked from erasures order by requested_at`;
  try {
    await page.goto("/settings/privacy");
    const number = page.getByLabel("Phone number");
    await number.fill("+966500000011");
    await page.getByRole("button", { name: "Look up" }).click();
    await expect(page.getByText(/^Erase .*11.?\?$/)).toBeVisible();
    await number.fill("+966500000022");
    await page.getByRole("button", { name: "Erase", exact: true }).click();
    await expect(page.getByText(/^Erasing .*11.?$/)).toBeVisible();
    expect(await erased()).toEqual([{ masked: expect.stringMatching(/11$/) }]);

    await sql`create function refuse_row() returns trigger language plpgsql as $$ begin raise 'refused'; end $$`;
    await sql`create trigger refuse_erasure before insert on erasures for each row execute function refuse_row()`;
    await number.fill("+966500000022");
    await page.getByRole("button", { name: "Look up" }).click();
    await page.getByRole("button", { name: "Erase", exact: true }).click();
    await expect(page.getByRole("alert").filter({ hasText: REFUSED })).toBeVisible();
    expect(await erased()).toHaveLength(1);

    const days = page.getByLabel("Calls (days)");
    await days.fill("3000");
    await page.getByRole("button", { name: "Preview what would be deleted" }).click();
    await expect(page.getByText("Apply these rules?")).toBeVisible();
    await days.fill("1");
    await page.getByRole("button", { name: "Save", exact: true }).last().click();
    await expect(page.getByText("Rules saved. Nothing was deleted.")).toBeVisible();
    expect(await sql`select call_days from organization`).toEqual([{ call_days: 3000 }]);

    await sql`create trigger refuse_rules before update on organization for each row execute function refuse_row()`;
    await days.fill("2000");
    await page.getByRole("button", { name: "Preview what would be deleted" }).click();
    await expect(page.getByText("Apply these rules?")).toBeVisible();
    await page.getByRole("button", { name: "Save", exact: true }).last().click();
    await expect(page.getByRole("alert").filter({ hasText: REFUSED })).toBeVisible();
    expect(await sql`select call_days from organization`).toEqual([{ call_days: 3000 }]);
  } finally {
    await sql`drop function if exists refuse_row() cascade`;
  }
});

test("scripts that arrive after a look-up confirm the number that was looked up", async ({
  browser,
  app,
  adminCookies,
  database: { sql, empty },
}) => {
  await empty();
  await using opened = await beforeScripts(browser, { baseURL: app.url, cookies: adminCookies });
  const { page } = opened;
  await page.goto("/settings/privacy", PARSED);
  await page.getByLabel("Phone number").fill("+966500000011");
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByText(/^Erase .*11.?\?$/)).toBeVisible();
  await page.getByLabel("Phone number").fill("+966500000022");
  opened.release();
  const dialog = page.getByRole("alertdialog", { name: /^Erase .*11.?\?$/ });
  await dialog.getByRole("button", { name: "Erase" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByLabel("Phone number")).toHaveValue("+966500000022");
  expect(await sql`select masked from erasures`).toEqual([{ masked: expect.stringMatching(/11$/) }]);
});

test("scripts that run end the state without scripts, and other sites cannot start it", async ({
  browser,
  app,
  adminCookies,
}) => {
  const context = await browser.newContext({ baseURL: app.url, locale: "en-US" });
  try {
    await context.addCookies([...adminCookies, { name: SCRIPTS_COOKIE, value: SCRIPTS_OFF, url: app.url }]);
    const page = await context.newPage();
    await page.goto("/settings/account");
    await expect(page.getByRole("button", { name: "Set up…" })).toBeVisible();
    await expect(page.getByLabel("Your password")).toBeHidden();
    expect((await context.cookies()).filter(({ name }) => name === SCRIPTS_COOKIE)).toEqual([]);
  } finally {
    await context.close();
  }
  for (const [site, status] of [
    ["cross-site", 403],
    ["same-origin", 204],
  ] as const) {
    const answer = await fetch(`${app.url}/no-scripts`, { headers: { "sec-fetch-site": site } });
    expect([answer.status, answer.headers.has("set-cookie")]).toEqual([status, status === 204]);
  }
});

test("without scripts, a list of calls is imported from a chosen column, or in parts if it is long", async ({
  browser,
  app,
  vendor,
  adminCookies,
  database: { sql, empty },
}) => {
  test.slow();
  await empty();
  await vendor.register([]);
  await using opened = await withoutScripts(browser, { baseURL: app.url, cookies: adminCookies });
  const { page } = opened;
  try {
    await page.goto("/settings/import");
    const list = page.getByRole("textbox", { name: "Call IDs" });
    const start = page.getByRole("button", { name: "Start import" });
    await start.click();
    await expect(page.getByText("No call IDs found.")).toBeVisible();

    const table = "customer,reference\nLina,ref-1\nOmar,ref-2";
    await list.fill(table);
    await start.click();
    await expect(page.getByText(/none of its columns has a known name/)).toBeVisible();
    await expect(list).toHaveValue(table);
    await page.getByLabel("Which column contains the call IDs?").selectOption({ label: "reference" });
    await start.click();
    await expect(page.getByText("The import has started.")).toBeVisible();
    expect(await sql`select call_id from import_items order by position`).toEqual([
      { call_id: "ref-1" },
      { call_id: "ref-2" },
    ]);

    const long = Array.from({ length: 5001 }, (_, index) => `long-${index}`).join("\n");
    // Chromium's command behind `fill` takes a minute for so many lines, in any textarea.
    await list.evaluate((element, text) => {
      (element as HTMLTextAreaElement).value = text;
    }, long);
    await start.click();
    await expect
      .poll(
        () =>
          sql`select count(*)::int as count, max(position)::int as last from import_items where call_id like 'long-%'`,
      )
      .toEqual([{ count: 5001, last: 5001 }]);
  } finally {
    // Otherwise the imports continue during the next tests.
    await empty();
  }
});

test("without scripts, a wrong code keeps the secret of the second factor that is set up", async ({
  browser,
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "operator");
  await using opened = await withoutScripts(browser, { baseURL: app.url, cookies: await signInAs(app.url, person) });
  const { page } = opened;
  await page.goto("/settings/account");
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  const shown = page.locator("code").filter({ hasText: /^[A-Z2-7 ]{20,}$/ });
  const secret = (await shown.textContent()) ?? "";
  const codes = page.getByRole("listitem").filter({ hasText: /^[a-z2-9]{5}-[a-z2-9]{5}$/i });
  await expect(codes).toHaveCount(10);
  await page.getByLabel("Six-digit code").fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByLabel("Six-digit code")).toHaveAccessibleDescription(/incorrect/);
  await expect(shown).toHaveText(secret);
  await expect(codes).toHaveCount(10);
  await page.getByLabel("Six-digit code").fill(oneTimeCode(secret.replaceAll(" ", "")));
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByText("10 backup codes left")).toBeVisible();
});
