import { fill, someCalls, waitForPanels } from "@/tests/fixtures/overview-calls";
import { expect, test } from "@/tests/fixtures/test";

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
