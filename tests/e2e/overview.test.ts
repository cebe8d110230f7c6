import type { Page } from "@playwright/test";
import fc from "fast-check";

import { countCalls } from "@/db/calls/list";
import { countContacts } from "@/db/contacts/list";
import { parseCallFilter } from "@/lib/call/filter";
import type { Database } from "@/tests/fixtures/database";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

const ZONE = "Asia/Riyadh";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Call = {
  outcome: string;
  goal: string | null;
  scenario: string;
  seconds: number | null;
  hoursAgo: number;
  isTest: boolean;
  /** The index of the first dial of the group; null if this is the first. */
  root: number | null;
  attempt: number | null;
  /** When the next dial is booked, in hours from now. */
  nextIn: number | null;
};

/** A call that is the only one of its group. */
const ALONE = { root: null, attempt: 1, nextIn: null };

/** Generates calls of three weeks. They are the same in every run, relative to the present. */
function someCalls(count: number): Call[] {
  const call = fc.record({
    outcome: fc.constantFrom(
      "complete",
      "complete",
      "complete",
      "no_answer",
      "automation",
      "failed",
      "user_busy",
      "cancelled",
    ),
    goal: fc.constantFrom("success", "success", "failure", "error", null),
    scenario: fc.constantFrom("delivery", "reminder, evening"),
    seconds: fc.option(fc.integer({ min: 10, max: 300 })),
    hoursAgo: fc.integer({ min: 1, max: 21 * 24 }),
    isTest: fc.constantFrom(false, false, false, false, true),
    root: fc.option(fc.nat(count - 1)),
    attempt: fc.option(fc.integer({ min: 1, max: 3 }), { freq: 9 }),
    nextIn: fc.option(fc.integer({ min: -30, max: 30 })),
  });
  return fc.sample(call, { seed: 7, numRuns: count });
}

async function fill({ sql, empty }: Database, calls: readonly Call[]): Promise<void> {
  await empty();
  if (calls.length === 0) {
    return;
  }
  const rows = calls.map((call, index) => ({
    call_id: `overview-${index}`,
    outcome: call.outcome,
    goal: call.outcome === "complete" ? call.goal : null,
    scenario_id: call.scenario,
    duration_seconds: call.outcome === "complete" ? call.seconds : null,
    started_at: new Date(Date.now() - call.hoursAgo * HOUR),
    called_off_at: new Date(Date.now() - call.hoursAgo * HOUR),
    root_call_id: call.root === null ? null : `overview-${call.root}`,
    attempt: call.attempt,
    next_retry_at: call.nextIn === null ? null : new Date(Date.now() + call.nextIn * HOUR),
    has_retry_fields: true,
    is_test: call.isTest,
    enrichment_state: "done",
    enrichment_due_at: null,
    criteria:
      call.outcome === "complete" && call.goal !== null
        ? sql.json({
            "The slot was confirmed, with the customer": { met: call.goal === "success", primary: true },
            "ذُكر سبب الاتصال": { met: index % 3 > 0, primary: false },
          })
        : null,
  }));
  await sql`insert into calls ${sql(rows)}`;
  const details = rows.map(({ call_id }) => ({ call_id, facts: sql.json({}) }));
  await sql`insert into call_details ${sql(details)}`;
}

/** Waits until all panels have loaded. */
async function waitForPanels(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { name: /Success criteria|معايير النجاح/ })).toBeVisible();
  await expect(page.locator("main [aria-busy]")).toHaveCount(0);
}

/** Returns the links to lists with the number of calls in their text or label, except for links that show minutes. */
async function numbersAndLinks(page: Page): Promise<{ number: number; href: string; name: string }[]> {
  const links = await page.locator('main a[href^="/calls"]').evaluateAll((found) =>
    found
      .filter((link) => link.closest("div")?.querySelector("h2")?.textContent !== "Minutes talked")
      .map((link) => ({
        href: link.getAttribute("href") ?? "",
        name: link.getAttribute("aria-label") ?? link.textContent ?? "",
      })),
  );
  return links.flatMap(({ href, name }) => {
    // "1,284", "1,284 dials", "12 not met", "Mon 17 Nov: Completed, 12", "Sunday, 09:00–10:00: 12 dials, 50% reached (6)"
    const [, text] =
      /^([\d,]+)(?: not met| dials?)?$/.exec(name) ??
      /: ([\d,]+)(?: (?:call|dial)s?\b.*| \(so far\))?$/.exec(name) ??
      /, ([\d,]+)$/.exec(name) ??
      [];
    return text === undefined ? [] : [{ number: Number(text.replaceAll(",", "")), href, name }];
  });
}

for (const path of [
  "/?range=30d",
  "/?range=30d&series=table&map=reach&counted=all",
  "/?range=month&scenario=delivery",
]) {
  test(`every number on ${path} equals the count of the linked list`, async ({ adminPage: page, database }) => {
    await fill(database, someCalls(400));
    await page.goto(path);
    await waitForPanels(page);
    const shown = await numbersAndLinks(page);
    expect(shown.length).toBeGreaterThan(60);
    const wrong: unknown[] = [];
    for (const { number, href, name } of shown) {
      const { filter, view, ignored } = parseCallFilter(
        Object.fromEntries(new URL(href, "http://localhost").searchParams),
        ZONE,
        ["sort"],
      );
      const { count } = await (view.by === "contacts" ? countContacts(filter) : countCalls(filter));
      if (count !== number || ignored.length > 0) {
        wrong.push({ name, href, count, ignored });
      }
    }
    expect(wrong).toEqual([]);
  });
}

test("the list behind a number shows the same count", async ({ adminPage: page, database }) => {
  await fill(database, someCalls(400));
  const names = [/^No answer: [\d,]+ calls/, /^Completed: [\d,]+ calls/, /^user_busy: [\d,]+ calls/];
  for (const name of names) {
    await page.goto("/?range=30d");
    await waitForPanels(page);
    const link = page.getByRole("link", { name });
    const number = /: ([\d,]+) calls/.exec((await link.getAttribute("aria-label")) ?? "")?.[1];
    await link.click();
    await expect(page.getByTestId("call-count")).toContainText(`${number} calls`);
  }
});

test("the range is in the URL; presets are links, and a form sets other ranges", async ({
  adminPage: page,
  database,
}) => {
  await fill(database, someCalls(400));
  await page.goto("/");
  await waitForPanels(page);
  const presets = page.getByRole("navigation", { name: "Range" });
  await expect(presets.getByRole("link", { name: "7 days" })).toHaveAttribute("aria-current", "true");
  await presets.getByRole("link", { name: "30 days" }).click();
  await expect(page).toHaveURL("/?range=30d");
  await waitForPanels(page);

  const [from, to] = [20, 10].map((days) => new Date(Date.now() - days * DAY).toISOString().slice(0, 10));
  await page.getByRole("button", { name: "Other range" }).click();
  await page.getByLabel("From", { exact: true }).fill(from ?? "");
  await page.getByLabel("To", { exact: true }).fill(to ?? "");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(`/?from=${from}&to=${to}`);
  await waitForPanels(page);
  await page.reload();
  await waitForPanels(page);
  await expect(presets.locator("[aria-current]")).toHaveCount(0);
});

test("a scenario filters the page, and a chip removes the filter", async ({ adminPage: page, database }) => {
  await fill(database, someCalls(400));
  await page.goto("/?range=30d");
  await waitForPanels(page);
  await page.getByRole("link", { name: "reminder, evening", exact: true }).click();
  await expect(page).toHaveURL(/scenario=reminder%252C\+evening/);
  await waitForPanels(page);
  await expect(page.getByRole("row", { name: /reminder, evening/ })).toHaveCount(1);
  await expect(page.getByRole("row", { name: /delivery/ })).toHaveCount(0);
  await page.getByRole("link", { name: /Remove filter.*reminder, evening/ }).click();
  await expect(page).toHaveURL("/?range=30d");
});

test("unknown parameters are reported and ignored", async ({ adminPage: page, database }) => {
  await fill(database, someCalls(50));
  await page.goto("/?range=30d&wibble=1&weekday=9&sort=-time");
  await expect(page.getByText(/ignored: .*weekday.*sort|ignored: .*wibble/)).toBeVisible();
  await waitForPanels(page);
});

test("test calls are excluded, the page says so, and a link includes them", async ({ adminPage: page, database }) => {
  const calls = someCalls(200);
  await fill(database, calls);
  await page.goto("/?range=30d");
  const tests = calls.filter(({ isTest }) => isTest).length;
  const dials = calls.filter(({ outcome }) => outcome !== "cancelled").length;
  await expect(page.getByText(`${tests} test or unverified calls are excluded.`)).toBeVisible();
  await page.getByRole("link", { name: "Show them" }).click();
  await expect(page.getByTestId("call-count")).toContainText(`${tests} calls`);
  await page.goBack();
  await page.getByRole("link", { name: "Include them" }).click();
  await expect(page).toHaveURL("/?range=30d&counted=all");
  await expect(page.getByText("Test and unverified calls are included.")).toBeVisible();
  await expect(
    page.getByRole("region", { name: "Figures" }).getByRole("link", { name: `${dials} dials`, exact: true }),
  ).toBeVisible();
});

test("the chart is one tab stop, and arrow keys move between its bars and their parts", async ({
  adminPage: page,
  database,
}) => {
  await fill(database, someCalls(400));
  await page.goto("/?range=30d");
  await waitForPanels(page);
  const chart = page.getByRole("figure", { name: "Calls over time by outcome" });
  await expect(chart.locator('a[tabindex="0"]')).toHaveCount(1);
  expect(await chart.locator("a").count()).toBeGreaterThan(40);

  await chart.locator('a[tabindex="0"]').focus();
  const nameOf = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  const first = await nameOf();
  await page.keyboard.press("ArrowRight");
  const second = await nameOf();
  expect(second).not.toBe(first);
  await page.keyboard.press("ArrowLeft");
  expect(await nameOf()).toBe(first);
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowUp");
  const piece = await nameOf();
  expect(piece).toMatch(/: [^:]+, \d+$/);
  await expect(chart.locator('a[tabindex="0"]')).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/calls\?outcome=\w+&from=/);
  await expect(page.getByTestId("call-count")).toContainText(`${/(\d+)$/.exec(piece)?.[1]} call`);
});

test("hovering over a bar shows its parts", async ({ adminPage: page, database }) => {
  await fill(database, someCalls(400));
  await page.goto("/?range=30d");
  await waitForPanels(page);
  const piece = page
    .getByRole("figure")
    .getByRole("link", { name: /: Completed, \d+$/ })
    .first();
  const [, label = "", count = ""] =
    /^(.*): Completed, (\d+)$/.exec((await piece.getAttribute("aria-label")) ?? "") ?? [];
  await expect(async () => {
    await piece.hover();
    await expect(page.getByRole("figure").getByText(label, { exact: true })).toBeVisible({ timeout: 500 });
  }).toPass();
  await expect(page.getByRole("figure").locator("li", { hasText: "Completed" })).toContainText(count);
});

test("a first tap shows the parts of a bar, and a second tap opens a part", async ({
  browser,
  app,
  adminCookies,
  database,
}) => {
  await fill(database, someCalls(400));
  const context = await browser.newContext({ baseURL: app.url, hasTouch: true, viewport: { width: 390, height: 844 } });
  await context.addCookies(adminCookies);
  const page = await context.newPage();
  await page.goto("/?range=30d");
  await waitForPanels(page);
  const chart = page.getByRole("figure");
  const tip = chart.locator("ul a", { hasText: "Completed" });
  await expect(async () => {
    await chart
      .getByRole("link", { name: /: Completed, \d+$/ })
      .first()
      .tap();
    await expect(tip).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(page.url()).toContain("range=30d");
  await tip.tap();
  await expect(page).toHaveURL(/\/calls\?outcome=complete&from=/);
  await context.close();
});

test("the map of hours works with the keyboard in the layout for phones", async ({ adminPage: page, database }) => {
  await fill(database, someCalls(400));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/?range=30d&map=reach");
  await waitForPanels(page);
  const map = page.getByRole("table", { name: "Hour by weekday" });
  await expect(map.locator('a[tabindex="0"]')).toHaveCount(1);
  await map.locator('a[tabindex="0"]').focus();
  const place = () =>
    page.evaluate(() => [
      document.activeElement?.getAttribute("data-x"),
      document.activeElement?.getAttribute("data-y"),
    ]);
  const before = await place();
  await page.keyboard.press("ArrowDown");
  const after = await place();
  // The focus moves to the next hour with calls, on another weekday if necessary.
  const hours = await map.locator("a[data-x]").evaluateAll((links) => links.map((link) => Number(link.dataset["x"])));
  expect(Number(after[0])).toBe(Math.min(...hours.filter((hour) => hour > Number(before[0]))));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/calls\?.*weekday=\d&hour=\d+/);
});

test("before the first call the page links to the vendor's settings", async ({ adminPage: page, database }) => {
  await fill(database, []);
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "No calls yet" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Connect Sarj" })).toHaveAttribute("href", "/settings/vendor");
});

test("an empty period links to a period with calls", async ({ adminPage: page, database }) => {
  await fill(database, [
    { outcome: "complete", goal: null, scenario: "a", seconds: 60, hoursAgo: 40 * 24, isTest: false, ...ALONE },
  ]);
  await page.goto("/?scenario=b");
  await expect(page.getByRole("heading", { name: "No calls in this period" })).toBeVisible();
  await page.getByRole("link", { name: "Go to the latest calls" }).click();
  await waitForPanels(page);
  const figures = page.getByRole("region", { name: "Figures" });
  await expect(figures.getByText("100%")).toBeVisible();
  // No call is assessed, so the rate has no value.
  await expect(figures.getByText("None assessed")).toBeVisible();
  await expect(page.locator("main")).not.toContainText("NaN");
});

test("if all calls are uncounted, the page links to a view that includes them", async ({
  adminPage: page,
  database,
}) => {
  await fill(database, [
    { outcome: "failed", goal: null, scenario: "a", seconds: null, hoursAgo: 2, isTest: true, ...ALONE },
  ]);
  await page.goto("/");
  await page.getByRole("link", { name: "Include them" }).click();
  await waitForPanels(page);
  await expect(page.getByRole("region", { name: "Figures" }).getByText("No talk time").first()).toBeVisible();
});

test("a failed panel does not affect the other panels, and recovers without a reload", async ({
  adminPage: page,
  database,
}) => {
  await fill(database, someCalls(100));
  await database.sql`alter table calls rename column criteria to criteria_gone`;
  try {
    await page.goto("/?range=30d");
    await expect(page.getByText("This could not be loaded")).toHaveCount(1);
    await expect(page.getByRole("heading", { name: "Outcomes" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Scenarios" })).toBeVisible();
  } finally {
    await database.sql`alter table calls rename column criteria_gone to criteria`;
  }
  await expect(page.getByRole("heading", { name: "Success criteria" })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("This could not be loaded")).toHaveCount(0);
});

test("a viewer cannot search for a phone number on the overview", async ({ page, app, database }) => {
  await fill(database, someCalls(20));
  const { email, password } = await addUser(database.sql, "viewer");
  await page.context().addCookies(await signIn(app.url, { email, password }));
  await page.goto("/?range=30d&phone=0501234567");
  await expect(page.getByText(/ignored: phone/)).toBeVisible();
  await waitForPanels(page);
});
