import type { Browser, Page } from "@playwright/test";

import { findFreePort } from "@/scripts/launcher/ports";
import { startApp } from "@/tests/fixtures/app";
import type { Database } from "@/tests/fixtures/database";
import { findNginx, startNginx } from "@/tests/fixtures/nginx";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted, postWebhook } from "@/tests/fixtures/webhooks";
import {
  beforeScripts,
  type Opened,
  type OpenOptions,
  PARSED,
  signInByForm,
  withoutScripts,
} from "@/tests/fixtures/without-scripts";

/** Every form works in a browser without scripts, and in one whose scripts have not arrived yet. */

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
});

type Way = {
  name: string;
  open: (browser: Browser, options: OpenOptions) => Promise<Opened>;
};

const WAYS: Way[] = [
  { name: "without scripts", open: withoutScripts },
  { name: "before the scripts are there", open: beforeScripts },
];

/** Signs in, filters the calls by text and by outcome, and decides about one. */
async function signInFilterAndDecide(page: Page, app: { webhookUrl: string }, { sql, empty }: Database): Promise<void> {
  await empty();
  await postWebhook(app, complete("reached-1"));
  await postWebhook(app, notCompleted("missed-1"));
  await signInByForm(page);
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
  await expect(page.getByRole("button", { name: "Remove the decision" })).toHaveCount(0);
  await expect
    .poll(() => sql`select decision from reviews where call_id = 'reached-1' order by created_at`)
    .toEqual([{ decision: "follow_up" }, { decision: "cleared" }]);
}

for (const way of WAYS) {
  test(`${way.name} one can sign in, filter calls and save a decision`, async ({ browser, app, database }) => {
    test.slow();
    await using opened = await way.open(browser, { baseURL: app.url });
    await signInFilterAndDecide(opened.page, app, database);
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
  await using opened = await beforeScripts(browser, { baseURL: app.url, cookies: adminCookies });
  const [call, settings] = [opened.page, await opened.context.newPage()];
  await call.goto("/calls/early-1", PARSED);
  await call.getByRole("radio", { name: /follow-up/ }).check();
  await call.getByLabel("Note").fill("call again on Sunday");
  await settings.goto("/settings", PARSED);
  await settings.getByLabel("Name", { exact: true }).fill("Early Ltd");
  await settings.getByLabel("First day of the week").selectOption({ label: "Sunday" });
  opened.release();
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
      await using opened = await way.open(browser, { baseURL: url });
      await signInFilterAndDecide(opened.page, app, database);
    }
    await database.sql`delete from rate_limit`;
    const context = await browser.newContext({ baseURL: url });
    const page = await context.newPage();
    await signInByForm(page);
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
