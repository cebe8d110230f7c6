import type { Browser, BrowserContext, Page } from "@playwright/test";

import { SCRIPTS_COOKIE, SCRIPTS_OFF } from "@/lib/http/scripts-cookie";
import { findFreePort } from "@/scripts/launcher/ports";
import { startApp } from "@/tests/fixtures/app";
import type { Database } from "@/tests/fixtures/database";
import { ADMIN } from "@/tests/fixtures/environment";
import { newContextWithoutHydration } from "@/tests/fixtures/hydration";
import { findNginx, startNginx } from "@/tests/fixtures/nginx";
import { oneTimeCode } from "@/tests/fixtures/one-time-code";
import { signIn as signInAs } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, PASSWORD } from "@/tests/fixtures/users";
import { complete, notCompleted, postWebhook } from "@/tests/fixtures/webhooks";

/** Every form works in a browser without scripts, and in one whose scripts have not arrived yet. */

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
});

type Opened = { context: BrowserContext; release: () => void };

type Way = {
  name: string;
  open: (browser: Browser, baseURL: string) => Promise<Opened>;
};

async function withoutScripts(browser: Browser, baseURL: string): Promise<Opened> {
  const context = await newContextWithoutHydration(browser, { baseURL, javaScriptEnabled: false, locale: "en-US" });
  return { context, release: () => {} };
}

async function beforeScripts(browser: Browser, baseURL: string): Promise<Opened> {
  const context = await newContextWithoutHydration(browser, { baseURL, locale: "en-US" });
  const held = Promise.withResolvers<void>();
  await context.route(/\/_next\/static\/.*\.js/, async (route) => {
    await held.promise;
    // The request may belong to a page that is gone.
    await route.continue().catch(() => {});
  });
  return { context, release: () => held.resolve() };
}

const WAYS: Way[] = [
  { name: "without scripts", open: withoutScripts },
  { name: "before the scripts are there", open: beforeScripts },
];

const REFUSED = "Callboard cannot reach its database right now.";

/** The load event waits for the scripts. */
const PARSED = { waitUntil: "domcontentloaded" } as const;

async function signIn(page: Page): Promise<void> {
  await page.goto("/sign-in?next=%2Fcalls", PARSED);
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByLabel("Password", { exact: true }).press("Enter");
  await expect(page.getByText("Incorrect e-mail address or password.")).toBeVisible();
  await expect(page.getByLabel("E-mail")).toHaveValue(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByLabel("Password", { exact: true }).press("Enter");
  await expect(page).toHaveURL(/\/calls$/);
}

/** Signs in, filters the calls by text and by outcome, and decides about one. */
async function signInFilterAndDecide(page: Page, app: { webhookUrl: string }, { sql, empty }: Database): Promise<void> {
  await empty();
  await postWebhook(app, complete("reached-1"));
  await postWebhook(app, notCompleted("missed-1"));
  await signIn(page);
  const rows = page.locator("tbody tr");
  await expect(rows).toHaveCount(2);

  await page.getByRole("searchbox").fill("come tomorrow");
  await page.getByRole("searchbox").press("Enter");
  await expect(page).toHaveURL(/\?q=come\+tomorrow/);
  await expect(rows).toHaveCount(1);

  await page.goto("/calls", PARSED);
  await page.getByRole("link", { name: "Outcome", exact: true }).first().click();
  await page.getByRole("checkbox", { name: "No answer" }).check();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/outcome=no_answer/);
  await expect(rows).toHaveCount(1);
  await expect(page.getByText("Ignored")).toBeHidden();

  await page.goto("/calls/reached-1", PARSED);
  await page.getByRole("button", { name: "Save decision" }).click();
  await expect(page.getByText("Choose one of the decisions.")).toBeVisible();
  await page.getByRole("radio", { name: /follow-up/ }).check();
  await page.getByLabel("Note").fill("call again on Sunday");
  await page.getByRole("button", { name: "Save decision" }).click();
  await expect(page.getByRole("radio", { name: /follow-up/ })).toBeChecked();
  await expect
    .poll(() => sql`select decision, note from reviews where call_id = 'reached-1'`)
    .toEqual([{ decision: "follow_up", note: "call again on Sunday" }]);
  await page.getByRole("button", { name: "Remove the decision" }).click();
  await expect
    .poll(() => sql`select decision from reviews where call_id = 'reached-1' order by created_at`)
    .toEqual([{ decision: "follow_up" }, { decision: "cleared" }]);
}

for (const way of WAYS) {
  test(`${way.name} one can sign in, filter calls and save a decision`, async ({ browser, app, database }) => {
    test.slow();
    const { context, release } = await way.open(browser, app.url);
    try {
      await signInFilterAndDecide(await context.newPage(), app, database);
    } finally {
      release();
      await context.close();
    }
  });
}

test("what is typed and chosen before the scripts are there is kept, and they save it", async ({
  browser,
  app,
  adminCookies,
  database: { sql, empty },
}) => {
  await empty();
  await postWebhook(app, complete("early-1"));
  const { context, release } = await beforeScripts(browser, app.url);
  try {
    await context.addCookies(adminCookies);
    const [call, settings] = [await context.newPage(), await context.newPage()];
    await call.goto("/calls/early-1", PARSED);
    await call.getByRole("radio", { name: /follow-up/ }).check();
    await call.getByLabel("Note").fill("call again on Sunday");
    await settings.goto("/settings", PARSED);
    await settings.getByLabel("Name", { exact: true }).fill("Early Ltd");
    await settings.getByLabel("First day of the week").selectOption({ label: "Sunday" });
    release();
    for (const page of [call, settings]) {
      await expect(page.locator("[data-hydrated=true]").first()).toBeAttached();
      await expect(page.locator("[data-hydrated=false]")).toHaveCount(0);
    }
    await expect(call.getByLabel("Note")).toHaveValue("call again on Sunday");
    await call.getByRole("button", { name: "Save decision" }).click();
    await expect(call.getByText("Saved: Needs follow-up")).toBeVisible();
    await settings.getByRole("button", { name: "Save" }).click();
    await expect
      .poll(() => sql`select name, week_start from organization`)
      .toEqual([{ name: "Early Ltd", week_start: 7 }]);
  } finally {
    release();
    await context.close();
  }
});

test("behind an nginx that rewrites Host, all of this works, and so do the scripts", async ({ browser, database }) => {
  test.slow();
  const nginx = findNginx();
  if (nginx === null) {
    console.log("There is no nginx, so this machine does not test a proxy that rewrites Host.");
  }
  test.skip(nginx === null, "nginx is not installed and cannot be downloaded");
  const [port, appPort] = [await findFreePort(), await findFreePort()];
  const url = `http://localhost:${port}`;
  const app = await startApp({
    databaseUrl: database.url,
    port: appPort,
    env: { APP_URL: url, SARJ_API_KEY: undefined },
  });
  const proxy = await startNginx(nginx ?? "", port, appPort);
  try {
    for (const way of WAYS) {
      await database.sql`delete from rate_limit`;
      const { context, release } = await way.open(browser, url);
      await signInFilterAndDecide(await context.newPage(), app, database);
      release();
      await context.close();
    }
    await database.sql`delete from rate_limit`;
    const context = await browser.newContext({ baseURL: url });
    const page = await context.newPage();
    await signIn(page);
    await page.goto("/calls/reached-1");
    await page.getByRole("radio", { name: /Resolved/ }).check();
    await page.getByRole("button", { name: "Save decision" }).click();
    await expect(page.getByText("Saved: Resolved")).toBeVisible();
    await expect(page.getByText("This is not Callboard’s address")).toBeHidden();
    await context.close();
  } finally {
    await proxy.stop();
    await app.stop();
  }
});

test("without scripts, the settings, the account and the filters of every list work", async ({
  browser,
  app,
  vendor,
  database: { sql, empty },
}) => {
  test.slow();
  await empty();
  await vendor.register([]);
  const { context } = await withoutScripts(browser, app.url);
  try {
    const page = await context.newPage();
    await signIn(page);

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

    await page.goto("/settings/vendor");
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page.getByText(app.webhookUrl)).toBeVisible();
    await page.getByRole("button", { name: "Send a test call" }).click();
    await expect(page.getByRole("link", { name: "Open the call" })).toBeVisible();
    await page.getByRole("button", { name: "Test the connection" }).click();
    await expect(page.getByText("The key is accepted")).toBeVisible();

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
    expect((await context.cookies()).filter(({ name }) => name.includes("session_token"))).toEqual([]);
  } finally {
    await context.close();
  }
});

test("without scripts, a confirmation acts on what was previewed, and the page shows its answer", async ({
  browser,
  app,
  adminCookies,
  database: { sql, empty },
}) => {
  test.slow();
  await empty();
  const { context } = await withoutScripts(browser, app.url);
  const erased = () => sql`select masked from erasures order by requested_at`;
  try {
    await context.addCookies(adminCookies);
    const page = await context.newPage();
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
    await context.close();
  }
});

test("scripts that arrive after a look-up confirm the number that was looked up", async ({
  browser,
  app,
  adminCookies,
  database: { sql, empty },
}) => {
  await empty();
  const { context, release } = await beforeScripts(browser, app.url);
  try {
    await context.addCookies(adminCookies);
    const page = await context.newPage();
    await page.goto("/settings/privacy", PARSED);
    await page.getByLabel("Phone number").fill("+966500000011");
    await page.getByRole("button", { name: "Look up" }).click();
    await expect(page.getByText(/^Erase .*11.?\?$/)).toBeVisible();
    await page.getByLabel("Phone number").fill("+966500000022");
    release();
    const dialog = page.getByRole("alertdialog", { name: /^Erase .*11.?\?$/ });
    await dialog.getByRole("button", { name: "Erase" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByLabel("Phone number")).toHaveValue("+966500000022");
    expect(await sql`select masked from erasures`).toEqual([{ masked: expect.stringMatching(/11$/) }]);
  } finally {
    release();
    await context.close();
  }
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
  const { context } = await withoutScripts(browser, app.url);
  try {
    await context.addCookies(adminCookies);
    const page = await context.newPage();
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

    await list.fill(Array.from({ length: 5001 }, (_, index) => `long-${index}`).join("\n"));
    await start.click();
    await expect
      .poll(
        () =>
          sql`select count(*)::int as count, max(position)::int as last from import_items where call_id like 'long-%'`,
      )
      .toEqual([{ count: 5001, last: 5001 }]);
  } finally {
    await context.close();
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
  const { context } = await withoutScripts(browser, app.url);
  try {
    await context.addCookies(await signInAs(app.url, person));
    const page = await context.newPage();
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
  } finally {
    await context.close();
  }
});
