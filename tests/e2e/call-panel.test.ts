import type { Page } from "@playwright/test";
import type { Sql } from "postgres";

import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { insertContacts, SAMPLE_CONTACTS } from "@/tests/fixtures/contact-rows";
import { expect, test } from "@/tests/fixtures/test";

/** A call opened from the list is shown in a panel beside the list, under the URL of the call. */

test.beforeEach(async ({ database: { sql, empty } }) => {
  await empty();
  await sql`insert into organization (time_zone) values ('Asia/Riyadh')`;
  await store(sql);
});

/** Inserts 30 calls, one minute apart, from newest to oldest. Every third was not answered. */
async function store(sql: Sql): Promise<void> {
  await sql`
    insert into calls (call_id, outcome, phone_number, customer_name, started_at, enrichment_state, enrichment_due_at)
    select 'call-' || i, case when i % 3 = 0 then 'no_answer' else 'complete' end, '+9665000000' || lpad(i::text, 2, '0'),
      'Sara ' || i, timestamptz '2026-05-04 09:00Z' - i * interval '1 minute', 'done', null
    from generate_series(1, 30) i`;
  await sql`insert into call_details (call_id, facts) select call_id, '{}' from calls`;
}

const rows = (page: Page) => page.locator("tbody tr");
const panel = (page: Page) => page.getByRole("dialog", { name: "Call" });

async function open(page: Page, name: string): Promise<void> {
  await rows(page).filter({ hasText: name }).getByRole("link").first().click();
  await expect(panel(page).getByRole("heading", { name, exact: true })).toBeVisible();
}

test("a call opens beside the list, J and K open its neighbours in the filtered list, and Escape closes the panel", async ({
  adminPage: page,
}) => {
  await page.goto("/calls?outcome=no_answer");
  await expect(rows(page)).toHaveCount(10);
  await open(page, "Sara 6");
  await expect(page).toHaveURL("/calls/call-6?outcome=no_answer");
  await expect(rows(page)).toHaveCount(10);

  // The neighbours load after the call itself.
  const previous = panel(page).getByRole("link", { name: "Previous call" });
  const isPrevious = (callId: string) => expect(previous).toHaveAttribute("href", `/calls/${callId}?outcome=no_answer`);
  await isPrevious("call-3");
  await page.keyboard.press("j");
  await expect(page).toHaveURL("/calls/call-9?outcome=no_answer");
  await expect(panel(page).getByRole("heading", { name: "Sara 9" })).toBeVisible();
  await isPrevious("call-6");
  await page.keyboard.press("k");
  await expect(page).toHaveURL("/calls/call-6?outcome=no_answer");
  await isPrevious("call-3");
  await page.keyboard.press("k");
  await expect(page).toHaveURL("/calls/call-3?outcome=no_answer");
  // The first call has no previous one.
  await expect(panel(page).getByRole("link", { name: "Previous call" })).toHaveCount(0);

  await page.keyboard.press("Escape");
  await expect(panel(page)).toHaveCount(0);
  await expect(page).toHaveURL("/calls?outcome=no_answer");
  await expect(rows(page)).toHaveCount(10);
});

test("the back button closes the panel; a reload shows the call as a full page with the same neighbours", async ({
  adminPage: page,
}) => {
  await page.goto("/calls?outcome=no_answer");
  await open(page, "Sara 6");
  await page.goBack();
  await expect(panel(page)).toHaveCount(0);
  await expect(rows(page)).toHaveCount(10);

  await open(page, "Sara 6");
  await page.reload();
  await expect(page).toHaveURL("/calls/call-6?outcome=no_answer");
  await expect(panel(page)).toHaveCount(0);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sara 6");
  await expect(page.getByRole("link", { name: "Next call" })).toHaveAttribute(
    "href",
    "/calls/call-9?outcome=no_answer",
  );
  await page.getByRole("link", { name: "Next call" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sara 9");
});

test("in a list of contacts, J and K open the neighbouring contacts, and the way back leads to contacts", async ({
  adminPage: page,
  database: { sql },
}) => {
  await sql`truncate calls, call_details, contacts`;
  await insertContacts(sql, SAMPLE_CONTACTS);
  const list = "?outcome=no_answer&by=contacts";
  await page.goto(`/calls${list}`);
  await expect(rows(page)).toHaveCount(7);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/calls/nora-2${list}`);
  await expect(panel(page).getByRole("link", { name: "Next contact" })).toHaveAttribute(
    "href",
    `/calls/ahmed-3${list}`,
  );
  await page.keyboard.press("j");
  await expect(page).toHaveURL(`/calls/ahmed-3${list}`);
  await expect(panel(page).getByRole("link", { name: "Previous contact" })).toHaveAttribute(
    "href",
    `/calls/nora-2${list}`,
  );
  // Another dial of the same contact has the same neighbours.
  await panel(page).getByRole("region", { name: "Contact" }).getByRole("link").first().click();
  await expect(page).toHaveURL(`/calls/ahmed${list}`);
  await expect(panel(page).getByRole("link", { name: "Next contact" })).toHaveAttribute("href", `/calls/sara${list}`);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(`/calls${list}`);
  await expect(rows(page)).toHaveCount(7);

  // A mark opens its own call, not the row's.
  await rows(page)
    .first()
    .getByRole("link", { name: /^Attempt 1: / })
    .click();
  await expect(page).toHaveURL(`/calls/nora${list}`);
  await page.reload();
  await page.getByRole("link", { name: "Contacts", exact: true }).click();
  await expect(page).toHaveURL(`/calls${list}`);
});

for (const [locale, theme] of [
  ["en", "light"],
  ["ar", "dark"],
] as const) {
  test(`axe finds no problem in the list with an open panel, ${locale}, ${theme}`, async ({ adminPage: page, app }) => {
    await page.context().addCookies([
      { name: "locale", value: locale, url: app.url },
      { name: "theme", value: theme, url: app.url },
    ]);
    await page.goto("/calls");
    await rows(page).filter({ hasText: "Sara 6" }).getByRole("link").first().click();
    await expect(page.getByRole("dialog").getByRole("heading", { name: "Sara 6" })).toBeVisible();
    await expect(page.locator("[aria-busy=true], .animate-shimmer")).toHaveCount(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
}

/** Ids that mean something in the path of a URL, to a browser, a proxy or Next's router, and ids of other unusual characters. */
const UNUSUAL_IDS = [
  ".",
  "..",
  "...",
  "export.csv",
  "export.xlsx",
  "x.rsc",
  "(.)x",
  "(..)x",
  "(...)x",
  "(group)",
  "@panel",
  "__PAGE__",
  "__DEFAULT__",
  "_not-found",
  "[callId]",
  "~Lg",
  "%2e",
  "%",
  "a/b",
  "/",
  "a\\b",
  "a?b#c",
  "?",
  "#",
  " a b ",
  "a+b&c=d",
  "page",
  "recording",
  "index",
  "مكالمة ٥",
  "😀",
  "a".repeat(200),
  "م".repeat(200),
];

test("every stored id opens, from the list and by its own URL", async ({
  adminPage: page,
  database: { sql, empty },
}) => {
  test.slow();
  await empty();
  for (const [index, id] of UNUSUAL_IDS.entries()) {
    await sql`
      insert into calls (call_id, outcome, customer_name, started_at, enrichment_state, enrichment_due_at)
      values (${id}, 'complete', ${`Customer ${index}.`}, now() - ${index} * interval '1 minute', 'done', null)`;
    await sql`insert into call_details (call_id, facts) values (${id}, '{}')`;
  }
  await page.goto("/calls");
  await expect(rows(page)).toHaveCount(UNUSUAL_IDS.length);
  for (const [index, id] of UNUSUAL_IDS.entries()) {
    const name = `Customer ${index}.`;
    await open(page, name);
    const { pathname } = new URL(page.url());
    const answer = await page.request.get(pathname);
    expect.soft([answer.status(), (await answer.text()).includes(name)], id).toEqual([200, true]);
    const recording = await page.request.get(`${pathname}/recording`);
    // Not a page: the route has found the call, and has no recording of it.
    expect.soft(await recording.json(), id).toMatchObject({ error: expect.stringMatching(/never_recorded|vendor_/) });
    await page.keyboard.press("Escape");
    await expect(panel(page)).toBeHidden();
  }
});

test("an unknown call is answered 404, and the HTML itself leads back to the list", async ({ adminPage: page }) => {
  for (const path of ["/calls/unknown", "/calls/~dW5rbm93bg", "/calls/%2e%2e%2fx"]) {
    const answer = await page.request.get(path);
    expect(answer.status()).toBe(404);
    const html = (await answer.text()).replaceAll(/<script.*?<\/script>/gs, "");
    expect(html).toMatch(/<a [^>]*href="\/calls"[^>]*>Go to calls<\/a>/);
  }
  await page.goto("/calls/unknown");
  await expect(page.getByRole("heading", { name: "Call not found" })).toBeVisible();
  await page.getByRole("link", { name: "Go to calls" }).click();
  await expect(page).toHaveURL("/calls");
});
