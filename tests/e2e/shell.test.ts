import type { Page } from "@playwright/test";

import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { ADMIN } from "@/tests/fixtures/environment";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

test.beforeEach(async ({ context, adminCookies }) => {
  await context.addCookies(adminCookies);
});

/** Returns the errors and warnings of the browser during `run`. */
async function browserErrors(page: Page, run: () => Promise<void>): Promise<string[]> {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      errors.push(message.text());
    }
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await run();
  return errors;
}

const VARIANTS = [
  { locale: "en", theme: "light", width: 1440 },
  { locale: "ar", theme: "dark", width: 1440 },
  { locale: "en", theme: "dark", width: 390 },
  { locale: "ar", theme: "light", width: 390 },
];
for (const { locale, theme, width } of VARIANTS) {
  test(`the shell in ${locale}, ${theme}, ${width} px does not overflow, and axe and the browser report no problem`, async ({
    page,
    context,
    app,
  }) => {
    await page.setViewportSize({ width, height: 844 });
    await context.addCookies([
      { name: "locale", value: locale, url: app.url },
      { name: "theme", value: theme, url: app.url },
    ]);
    const errors = await browserErrors(page, async () => {
      await page.goto("/deliveries");
      await expect(page.locator("html")).toHaveAttribute("dir", locale === "ar" ? "rtl" : "ltr");
      await expect(page.locator("html")).toHaveCSS("color-scheme", theme);
      await expect(page.getByRole("navigation", { name: locale === "ar" ? "التنقل الرئيسي" : "Main" })).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
      expect(await accessibilityProblems(page, { exclude: "#content" })).toEqual([]);
      await page.keyboard.press("Control+k");
      await expect(page.getByRole("dialog")).toBeVisible();
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toHaveCount(0);
    });
    expect(errors).toEqual([]);
  });
}

test("the first tab stop is a link that skips the navigation", async ({ page }) => {
  await page.goto("/deliveries");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
});

test("the theme and language set in the account menu persist after a reload", async ({ page }) => {
  await page.goto("/deliveries");
  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");

  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("menuitemradio", { name: "العربية" }).click();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(
    page.getByRole("navigation", { name: "التنقل الرئيسي" }).getByRole("link", { name: "المكالمات" }),
  ).toBeVisible();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "ar");
});

test("the waveform colours resolve to colours that a canvas can use in both themes", async ({ page, context, app }) => {
  for (const theme of ["light", "dark"]) {
    await context.addCookies([{ name: "theme", value: theme, url: app.url }]);
    await page.goto("/deliveries");
    const colors = await page.evaluate(() =>
      ["--waveform", "--waveform-played"].map((name) =>
        getComputedStyle(document.documentElement).getPropertyValue(name),
      ),
    );
    expect(colors.every((color) => /^(rgb|lab|oklab|oklch|color)\(/.test(color))).toBe(true);
  }
});

test("the sidebar collapses and stays collapsed after a reload", async ({ page }) => {
  await page.goto("/deliveries");
  await page.getByRole("button", { name: "Collapse the sidebar" }).click();
  const width = () => page.getByRole("banner").evaluate((sidebar) => sidebar.getBoundingClientRect().width);
  await expect.poll(width).toBeLessThan(80);
  await page.reload();
  expect(await width()).toBeLessThan(80);
  // In the collapsed sidebar, labels are visible to screen readers only, and tooltips show them.
  const labels = page.getByText("Calls", { exact: true });
  const before = await labels.count();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Calls" }).hover();
  await expect(labels).toHaveCount(before + 1);
});

test("the command palette finds a call by its id and a page by its name", async ({ page }) => {
  await page.goto("/deliveries");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("call_01HZX-7");
  await expect(page.getByRole("option", { name: "Open call call_01HZX-7" })).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/calls\/call_01HZX-7$/);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("sett");
  await expect(page.getByRole("option", { name: "Settings" })).toBeVisible();
  await page.keyboard.press("Escape");
});

test("shortcuts depend on the position of the key, work on an Arabic keyboard, and are off in text fields", async ({
  page,
}) => {
  await page.goto("/deliveries");
  await expect(page.getByRole("button", { name: /Account/ })).toBeVisible();
  const press = (key: string, code: string, shiftKey = false) =>
    page.evaluate(
      (init) => document.body.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true })),
      { key, code, shiftKey },
    );
  await press("؟", "Slash", true);
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("go?");
  await expect(page.getByRole("combobox")).toHaveValue("go?");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);

  await press("ل", "KeyG");
  await press("ؤ", "KeyC");
  await expect(page).toHaveURL(/\/calls$/);
});

test("signing in after the session has ended returns to the same URL", async ({ page, database: { sql } }) => {
  await page.goto("/deliveries?verdict=quarantined");
  await sql`delete from session`;
  await page.reload();
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel("E-mail").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/deliveries\?verdict=quarantined$/);
});

test("before the first call, empty pages link administrators to the vendor's settings", async ({
  adminPage: page,
  app,
  database,
}) => {
  await database.empty();
  const connect = page.getByRole("link", { name: "Connect Sarj" });
  for (const path of ["/", "/calls", "/deliveries"]) {
    await page.goto(path);
    await expect(connect, path).toHaveAttribute("href", "/settings/vendor");
  }
  await connect.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sarj connection");

  await page.context().addCookies(await signIn(app.url, await addUser(database.sql, "operator")));
  for (const path of ["/", "/calls", "/deliveries"]) {
    await page.goto(path);
    await expect(page.getByText("An administrator can set up the connection in the settings."), path).toBeVisible();
    await expect(connect, path).toHaveCount(0);
  }
});

test("an unknown URL gives a 404 with a link to the overview in the user's language", async ({
  page,
  context,
  app,
}) => {
  await context.addCookies([{ name: "locale", value: "ar", url: app.url }]);
  const answer = await page.goto("/no/such/page");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("الصفحة غير موجودة");
  await page.getByRole("link", { name: "الانتقال إلى النظرة العامة" }).click();
  await expect(page).toHaveURL(`${app.url}/`);
});
