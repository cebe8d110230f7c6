import type { Page } from "@playwright/test";
import type { Sql } from "postgres";

import { callHref } from "@/lib/call/link";
import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { insertContacts, SAMPLE_CONTACTS } from "@/tests/fixtures/contact-rows";
import { ADMIN } from "@/tests/fixtures/environment";
import { expect, test } from "@/tests/fixtures/test";

test.beforeEach(async ({ database: { sql, empty } }) => {
  await empty();
  await sql`insert into organization (time_zone) values ('Asia/Riyadh')`;
});

/** Inserts 60 calls, one minute apart. Every third was not answered. */
async function store(sql: Sql) {
  await sql`
    insert into calls (call_id, outcome, direction, language, phone_number, customer_name, started_at, duration_seconds, enrichment_state, enrichment_due_at)
    select 'call/' || i, case when i % 3 = 0 then 'no_answer' else 'complete' end, 'outbound', 'ar',
      '+9665000000' || lpad(i::text, 2, '0'), case when i % 2 = 0 then 'محمد ' || i else 'Sara ' || i end,
      timestamptz '2026-05-04 09:00Z' - i * interval '1 minute', case when i % 3 = 0 then null else i end, 'done', null
    from generate_series(1, 60) i`;
  await sql`insert into call_details (call_id, facts) select call_id, '{}' from calls`;
}

const count = (page: Page) => page.getByTestId("call-count");
const rows = (page: Page) => page.locator("tbody tr");

test("a filter changes the URL; the back button and the filter's chip remove it", async ({
  adminPage: page,
  database: { sql },
}) => {
  await store(sql);
  await page.goto("/calls");
  await expect(count(page)).toContainText("60 calls");
  await expect(rows(page)).toHaveCount(50);

  await page.getByRole("button", { name: "Outcome" }).click();
  await page.getByRole("checkbox", { name: "No answer" }).check();
  await expect(page).toHaveURL(/\/calls\?outcome=no_answer$/);
  await expect(count(page)).toContainText("20 calls");
  await expect(rows(page)).toHaveCount(20);
  await page.keyboard.press("Escape");

  await page.goBack();
  await expect(page).toHaveURL(/\/calls$/);
  await expect(count(page)).toContainText("60 calls");

  await page.goForward();
  await expect(rows(page)).toHaveCount(20);
  await page.getByRole("link", { name: "Remove filter: Outcome No answer" }).click();
  await expect(page).toHaveURL(/\/calls$/);
  await expect(rows(page)).toHaveCount(50);
});

test("the list is paged, and a change of the sort order starts at the first page", async ({
  adminPage: page,
  database: { sql },
}) => {
  await store(sql);
  await page.goto("/calls");
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(rows(page)).toHaveCount(10);
  await page.getByRole("columnheader", { name: "Duration" }).getByRole("link").click();
  await expect(page).toHaveURL(/\?sort=-duration$/);
  await expect(page.getByRole("columnheader", { name: "Duration" })).toHaveAttribute("aria-sort", "descending");
  await expect(rows(page).first()).toContainText("0:59");
});

test("search, rows, a call and the export are reachable by keyboard", async ({
  adminPage: page,
  database: { sql },
}) => {
  await store(sql);
  await page.goto("/calls?sort=time");
  await expect(rows(page)).toHaveCount(50);
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  // A number in the search becomes a filter by phone number.
  await page.keyboard.type("0500000007");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\?phone=0500000007&sort=time$/);
  await expect(rows(page)).toHaveCount(1);
  await page.goto("/calls?sort=time");
  await expect(rows(page)).toHaveCount(50);
  await page.keyboard.press("j");
  await expect(page.locator("[data-row-link]:focus")).toHaveCount(1);
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect(rows(page).first().getByRole("link")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${callHref("call/60")}?sort=time`);
  await page.goBack();
  await expect(rows(page)).toHaveCount(50);
  await page.keyboard.press("e");
  await expect(page.getByRole("dialog", { name: "Export these calls" })).toContainText("60 calls");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /CSV for Excel/ }).click();
  expect((await download).suggestedFilename()).toMatch(/^callboard-calls-.*\.csv$/);
});

test("the server's HTML has the chosen columns in the chosen order", async ({ adminPage: page, database: { sql } }) => {
  await store(sql);
  await page.goto("/calls");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Goal" }).uncheck();
  // Moves it before the hidden column, then before the outcome.
  await page.getByRole("button", { name: "Move Phone up" }).click();
  await page.getByRole("button", { name: "Move Phone up" }).click();
  const heads = page.getByRole("columnheader");
  await expect(heads.nth(1)).toHaveText("Phone");
  const html = await (await page.request.get("/calls")).text();
  const inHtml = [...html.matchAll(/<th[^>]*>(?:<a[^>]*>)?(\w+)/g)].map(([, name]) => name);
  expect(inHtml.slice(0, 4)).toEqual(["Time", "Phone", "Outcome", "Name"]);
  expect(inHtml).not.toContain("Goal");
});

test("no calls, no matches and ignored parameters each have a message", async ({
  adminPage: page,
  database: { sql },
}) => {
  await page.goto("/calls");
  await expect(page.getByRole("heading", { name: "No calls yet" })).toBeVisible();
  expect(await accessibilityProblems(page)).toEqual([]);
  await store(sql);
  await page.goto("/calls?outcome=failed&colour=red&from=soon");
  await expect(page.getByText("were not understood and were ignored: colour, from")).toBeVisible();
  await page.getByRole("link", { name: "Clear all filters" }).click();
  await expect(rows(page)).toHaveCount(50);
});

test("the switch between calls and contacts keeps the filter, and a row has the trail of its contact", async ({
  adminPage: page,
  database: { sql },
}) => {
  await insertContacts(sql, SAMPLE_CONTACTS);
  await page.goto("/calls?outcome=no_answer&sort=time");
  const rowSwitch = page.getByRole("navigation", { name: "Rows" });
  await rowSwitch.getByRole("link", { name: "Contacts" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/calls\?outcome=no_answer&by=contacts&sort=time$/);
  await expect(count(page)).toContainText("7 contacts");
  await expect(rows(page)).toHaveCount(7);
  await expect(rows(page).last()).toContainText("Nora Al-Harbi");

  // The row of a contact shows what the last call does not say, and links to no other contact's calls.
  const nora = rows(page).filter({ hasText: "Nora" });
  await expect(nora).toContainText("+966500000001");
  await expect(nora).toContainText("Reached");
  const links = await nora
    .getByRole("link")
    .evaluateAll((found) => found.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
  expect(links).toEqual(["/calls/nora-2", "/calls/nora", "/calls/nora-2"]);
  await expect(nora.getByRole("link", { name: /^Attempt 1: No answer, / })).toHaveCount(1);
  await expect(nora.getByRole("link", { name: /^Attempt 2: Completed, / })).toHaveAttribute("title", /Completed, .*:/);

  await expect(rows(page).filter({ hasText: "القحطاني" })).toContainText("Still trying");
  await expect(rows(page).filter({ hasText: "Sara" })).toContainText("Overdue");
  await expect(rows(page).filter({ hasText: "Omar" })).toContainText("Not reached");
  const called = rows(page).filter({ hasText: "+966500000005" });
  await expect(called).toContainText("Called off");
  await expect(called.getByRole("link", { name: /^Attempt 4: Cancelled, not dialled, / })).toHaveCount(1);
  await expect(
    rows(page)
      .filter({ hasText: "Before" })
      .getByTitle(/no retry fields/),
  ).toHaveText("inferred");
  const many = rows(page).filter({ hasText: "Forty tries" });
  await expect(many.getByRole("link", { name: "28 more calls" })).toHaveAttribute(
    "href",
    "/calls?contact=many&sort=time",
  );
  await expect(many.getByRole("link", { name: /^Attempt 40: / })).toHaveAttribute(
    "href",
    "/calls/many-40?outcome=no_answer&by=contacts&sort=time",
  );

  // Without scripts, the switch is a link, and the search is a form with the same parameters.
  const htmlOf = async (path: string) => (await page.request.get(path)).text();
  expect(await htmlOf("/calls?outcome=no_answer")).toContain('href="/calls?outcome=no_answer&amp;by=contacts"');
  expect(await htmlOf("/calls?by=contacts")).toContain('<input type="hidden" name="by" value="contacts"/>');

  await rowSwitch.getByRole("link", { name: "Calls" }).click();
  await expect(page).toHaveURL(/\/calls\?outcome=no_answer&sort=time$/);
  await expect(count(page)).toContainText("51 calls");
});

test("calls and contacts are filtered by state, attempt, dial and contact", async ({
  adminPage: page,
  database: { sql },
}) => {
  await insertContacts(sql, SAMPLE_CONTACTS);
  await page.goto("/calls?by=contacts");
  await page.getByRole("button", { name: "Contact", exact: true }).click();
  await page.getByRole("checkbox", { name: "Overdue" }).check();
  await expect(page).toHaveURL(/\/calls\?state=overdue&by=contacts$/);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText("Sara");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Remove filter: Contact Overdue" }).click();
  await expect(rows(page)).toHaveCount(7);

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("checkbox", { name: "3", exact: true }).check();
  await page.getByRole("checkbox", { name: "Not reached", exact: true }).check();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/\/calls\?dial=not_reached&attempt=3&by=contacts$/);
  await expect(rows(page)).toHaveCount(4);
  await page.getByRole("link", { name: "Remove filter: Attempt 3" }).click();
  await expect(page).toHaveURL(/\/calls\?dial=not_reached&by=contacts$/);
  await page.getByRole("link", { name: "Remove filter: Dialled Not reached" }).click();
  await expect(page).toHaveURL(/\/calls\?by=contacts$/);

  await rows(page).filter({ hasText: "Forty tries" }).getByRole("link", { name: "28 more calls" }).click();
  await expect(count(page)).toContainText("40 calls");
  await expect(page.getByRole("link", { name: "Remove filter: Contact many" })).toBeVisible();
  await expect(rows(page).nth(2)).toContainText("3 of 40");
  await page.goto("/calls?state=soon&attempt=0&dial=loud&by=people");
  await expect(page.getByText("were not understood and were ignored: state, attempt, dial, by")).toBeVisible();
});

test("the export has one row per contact, as the list shows", async ({ adminPage: page, database: { sql } }) => {
  await insertContacts(sql, SAMPLE_CONTACTS);
  await page.goto("/calls?state=not_reached&by=contacts");
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press("e");
  await expect(page.getByRole("dialog", { name: "Export these contacts" })).toContainText("3 contacts");
  const link = page.getByRole("link", { name: /CSV for Excel/ });
  await expect(link).toHaveAttribute("href", "/calls/export.csv?state=not_reached&by=contacts");
  const lines = (await (await page.request.get("/calls/export.csv?state=not_reached&by=contacts")).text()).trim();
  expect(lines.split("\r\n").map((line) => line.split(",")[0])).toEqual(["call_id", "omar-5", "old", "many-40"]);
  const [event] = await sql`select row_count, detail from audit_events where action = 'calls_exported'`;
  expect(event).toEqual({ row_count: 3, detail: { state: "not_reached", by_contact: true } });
});

for (const [locale, width] of [
  ["en", 1440],
  ["ar", 1440],
  ["ar", 390],
] as const) {
  test(`the list in ${locale} at ${width} pixels has no accessibility problem and no horizontal scroll`, async ({
    adminPage: page,
    database: { sql },
    app,
  }) => {
    await store(sql);
    await page.context().addCookies([{ name: "locale", value: locale, url: app.url }]);
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/calls?outcome=complete&language=ar");
    await expect(page.locator("[data-row-link]:visible")).toHaveCount(40);
    await expect(page.locator("html")).toHaveAttribute("dir", locale === "ar" ? "rtl" : "ltr");
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

    await sql`truncate calls, call_details, contacts`;
    await insertContacts(sql, SAMPLE_CONTACTS);
    await page.goto("/calls?by=contacts&state=not_reached,called_off,trying,reached");
    await expect(page.locator("[data-row-link]:visible")).toHaveCount(7);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });
}

test("a viewer sees no phone numbers and cannot search for them", async ({ adminPage: page, database: { sql } }) => {
  await store(sql);
  try {
    await sql`update "user" set role = 'viewer' where email = ${ADMIN.email}`;
    await page.goto("/calls?phone=0500000007");
    await expect(rows(page)).toHaveCount(50);
    await expect(page.getByText("was ignored: phone")).toBeVisible();
    expect(await page.content()).not.toContain("+9665000000");
    await expect(page.getByRole("button", { name: "Export" })).toHaveCount(0);
  } finally {
    await sql`update "user" set role = 'administrator' where email = ${ADMIN.email}`;
  }
});
