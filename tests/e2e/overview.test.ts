import type { Page } from "@playwright/test";

import { countCalls } from "@/db/calls/list";
import { countContacts } from "@/db/contacts/list";
import { parseCallFilter } from "@/lib/call/filter";
import { ALONE, fill, someCalls, waitForPanels } from "@/tests/fixtures/overview-calls";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

const ZONE = "Asia/Riyadh";
const DAY = 24 * 3_600_000;

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
