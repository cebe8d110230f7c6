import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { ADMIN } from "@/tests/fixtures/environment";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
});

test("errors appear beside the fields, and typed text is kept", async ({ page }) => {
  await page.goto("/sign-in?next=%2Fdeliveries%3Fverdict%3Dquarantined");
  const email = page.getByLabel("E-mail");
  const password = page.getByLabel("Password", { exact: true });
  const submit = page.getByRole("button", { name: "Sign in" });

  await submit.click();
  await expect(email).toHaveAccessibleDescription("Enter your e-mail address.");
  await expect(password).toHaveAccessibleDescription("Enter your password.");
  await expect(email).toBeFocused();

  await email.fill("not an address");
  await password.fill("not the password");
  await submit.click();
  await expect(email).toHaveAccessibleDescription("Enter a valid e-mail address.");
  await expect(email).toHaveValue("not an address");
  await expect(password).toHaveValue("not the password");

  await email.fill(ADMIN.email);
  await submit.click();
  await expect(password).toHaveAccessibleDescription("Incorrect e-mail address or password.");
  await expect(email).toHaveValue(ADMIN.email);

  await password.fill(ADMIN.password);
  await submit.click();
  await expect(page).toHaveURL(/\/deliveries\?verdict=quarantined$/);
});

test("after too many attempts a message says how long to wait", async ({ page, database: { sql } }) => {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill("guessed@callboard.example");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/Incorrect/);
  await sql`update rate_limit set count = 10`;
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Too many attempts" })).toContainText(/Wait \d+ seconds/);
});

for (const next of ["//evil.example/", "https://evil.example/", "/\\evil.example"]) {
  test(`signing in does not redirect to ${next}`, async ({ page, app }) => {
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
    await page.getByLabel("E-mail").fill(ADMIN.email);
    await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${app.url}/`);
  });
}

test("the language and the theme can be changed before signing in", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "العربية" }).click();
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByLabel("البريد الإلكتروني")).toBeVisible();
  await page.getByRole("button", { name: "داكن" }).click();
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
  expect(await accessibilityProblems(page)).toEqual([]);
});

test("after signing out, the back button leads to the sign-in page", async ({ page, context, app }) => {
  await context.addCookies(await signIn(app.url));
  await page.goto("/deliveries");
  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fdeliveries$/);
  await page.goto("/deliveries");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fdeliveries$/);
});

test("after signing out everywhere, the back button leads to the sign-in page", async ({ page, context, app }) => {
  await context.addCookies(await signIn(app.url));
  await page.goto("/deliveries");
  await page.getByRole("button", { name: /Account/ }).click();
  await page.getByRole("menuitem", { name: /account/i }).click();
  await expect(page).toHaveURL(/\/settings\/account$/);
  await page.getByRole("button", { name: "Sign out everywhere…" }).click();
  await page.getByRole("button", { name: "Sign out everywhere", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  expect((await context.cookies()).filter(({ name }) => name.includes("session_token"))).toEqual([]);
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fsettings%2Faccount$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/sign-in/);
});

test("the set-up code creates the first administrator, and then the set-up page redirects to the sign-in page", async ({
  page,
}) => {
  test.slow();
  const database = await createDatabase();
  const app = await startApp({ databaseUrl: database.url, env: { ADMIN_EMAIL: undefined, ADMIN_PASSWORD: undefined } });
  try {
    await page.goto(`${app.url}/deliveries`);
    await expect(page).toHaveURL(`${app.url}/setup`);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByLabel("Setup code").fill("WRONG-CODE");
    await page.getByLabel("Your name").fill("سارة الحربي");
    await page.getByLabel("E-mail").fill("Sara@Callboard.example");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Create administrator" }).click();
    await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
      /Use at least 12 characters/,
    );
    await page.getByLabel("Password", { exact: true }).fill("a long enough sentence");
    await page.getByRole("button", { name: "Create administrator" }).click();
    await expect(page.getByLabel("Setup code")).toHaveAccessibleDescription(/Incorrect setup code/);
    expect(await database.sql`select 1 from "user"`).toHaveLength(0);

    await page.getByLabel("Setup code").fill("test setup code");
    await page.getByRole("button", { name: "Create administrator" }).click();
    await expect(page).toHaveURL(`${app.url}/`);
    await page.goto(`${app.url}/deliveries`);
    await expect(page.getByRole("button", { name: /سارة الحربي/ })).toBeVisible();
    expect(await database.sql`select name, email, role from "user"`).toEqual([
      { name: "سارة الحربي", email: "sara@callboard.example", role: "administrator" },
    ]);
    expect(
      await database.sql`select actor_email, subject, detail from audit_events where action = 'user_joined'`,
    ).toEqual([{ actor_email: "sara@callboard.example", subject: "sara@callboard.example", detail: { by: "set-up" } }]);

    await page.context().clearCookies();
    await page.goto(`${app.url}/setup`);
    await expect(page).toHaveURL(`${app.url}/sign-in`);
  } finally {
    await app.stop();
    await database.close();
  }
});
