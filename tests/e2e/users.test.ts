import { accessibilityProblems } from "@/tests/fixtures/accessibility";
import { oneTimeCode } from "@/tests/fixtures/one-time-code";
import { isSignedIn, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, noticesOf, PASSWORD } from "@/tests/fixtures/users";

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
  await sql`delete from "user" where email <> 'admin@callboard.example'`;
});

test("an administrator creates an invitation link, which works once and signs the invited person in", async ({
  adminPage,
  browser,
  app,
}) => {
  await adminPage.goto("/settings/users");
  await adminPage.getByRole("button", { name: "Invite someone" }).click();
  const dialog = adminPage.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create invitation" }).click();
  await expect(dialog.getByLabel("E-mail")).toHaveAccessibleDescription("Enter your e-mail address.");
  await dialog.getByLabel("E-mail").fill("admin@callboard.example");
  await dialog.getByLabel(/^Name/).fill("Sara");
  await dialog.getByRole("radio", { name: /Operator/ }).check();
  await dialog.getByRole("button", { name: "Create invitation" }).click();
  await expect(dialog.getByLabel("E-mail")).toHaveAccessibleDescription(/already exists/);
  await expect(dialog.getByLabel(/^Name/)).toHaveValue("Sara");
  await dialog.getByLabel("E-mail").fill("sara@callboard.example");
  expect(await accessibilityProblems(adminPage)).toEqual([]);
  await dialog.getByRole("button", { name: "Create invitation" }).click();
  const link = await dialog.getByLabel("Link", { exact: true }).inputValue();
  expect(link).toMatch(new RegExp(`^${app.url}/invite/[\\w-]{43}$`));
  expect(await accessibilityProblems(adminPage)).toEqual([]);
  await dialog.getByRole("button", { name: "Done" }).click();
  const row = adminPage.getByRole("row").filter({ hasText: "sara@callboard.example" });
  await expect(row).toContainText("Invited");

  const context = await browser.newContext({ baseURL: app.url });
  const page = await context.newPage();
  await page.goto(link);
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByLabel("Your name").fill("");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Join and sign in" }).click();
  await expect(page.getByLabel("Your name")).toHaveAccessibleDescription("Enter your name.");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/at least 12/);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("short");
  await page.getByLabel("Your name").fill("Sara Ahmed");
  await page.getByLabel("Password", { exact: true }).fill("sara.ahmed.sara");
  await page.getByRole("button", { name: "Join and sign in" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/mostly of your name/);
  await page.getByLabel("Password", { exact: true }).fill("a password of my own");
  await page.getByRole("button", { name: "Join and sign in" }).click();
  await expect(page).toHaveURL(`${app.url}/`);
  await page.goto("/settings/users");
  await expect(page.getByRole("heading", { name: "You do not have access to this page" })).toBeVisible();

  await page.goto(link);
  await expect(page.getByRole("heading", { name: "This link is no longer valid" })).toBeVisible();
  expect((await page.request.get(link)).status()).toBe(404);
  await context.close();

  await adminPage.reload();
  await expect(row).toContainText("Active");
  await expect(row).toContainText("Sara Ahmed");
});

test("an administrator changes a role, issues a reset link, and deactivates and reactivates a user", async ({
  adminPage,
  browser,
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer", { name: "Omar", email: "omar@callboard.example" });
  const context = await browser.newContext({ baseURL: app.url });
  await context.addCookies(await signIn(app.url, person));
  const theirs = await context.newPage();

  await adminPage.goto("/settings/users");
  const row = adminPage.getByRole("row").filter({ hasText: person.email });
  const choose = async (action: string) => {
    await row.getByRole("button", { name: "Actions for Omar" }).click();
    await adminPage.getByRole("menuitem", { name: action }).click();
  };
  await choose("Change role…");
  await adminPage.getByRole("radio", { name: /Operator/ }).check();
  await adminPage.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await expect(row).toContainText("Operator");

  await choose("Reset password…");
  await adminPage.getByRole("button", { name: "Create reset link" }).click();
  const link = await adminPage.getByLabel("Link", { exact: true }).inputValue();
  await adminPage.getByRole("button", { name: "Done" }).click();
  await theirs.goto(link);
  expect(await accessibilityProblems(theirs)).toEqual([]);
  await theirs.getByLabel("New password").fill("another password entirely");
  await theirs.getByRole("button", { name: "Save and sign in" }).click();
  await expect(theirs).toHaveURL(`${app.url}/`);
  expect(await noticesOf(sql, person)).toEqual(["role_changed operator by", "password_changed"]);

  await choose("Deactivate…");
  await adminPage.getByRole("alertdialog").getByRole("button", { name: "Deactivate" }).click();
  await expect(row).toContainText("Deactivated");
  await theirs.goto("/settings/account");
  await expect(theirs).toHaveURL(/\/sign-in\?next=%2Fsettings%2Faccount$/);
  await theirs.getByLabel("E-mail").fill(person.email);
  await theirs.getByLabel("Password", { exact: true }).fill("another password entirely");
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await expect(theirs.getByText("Your account is deactivated.")).toBeVisible();

  await choose("Reactivate");
  await expect(row).toContainText("Active");
  await theirs.getByRole("button", { name: "Sign in" }).click();
  await expect(theirs).toHaveURL(/\/settings\/account$/);
  await context.close();
});

test("a second factor can be set up and is required at sign-in; each code works once, and so does a backup code", async ({
  page,
  app,
  database: { sql },
}) => {
  test.slow();
  const person = await addUser(sql, "operator", { name: "Lina", email: "lina@callboard.example" });
  const elsewhere = await signIn(app.url, person);
  await page.context().addCookies(await signIn(app.url, person));
  await page.goto("/settings/account");
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole("button", { name: "Set up…" }).click();
  await page.getByLabel("Your password").fill("not the password");
  await page.getByRole("dialog").getByRole("button", { name: "Set up" }).click();
  await expect(page.getByLabel("Your password")).toHaveAccessibleDescription("Incorrect current password.");
  await page.getByLabel("Your password").fill(PASSWORD);
  await page.getByRole("dialog").getByRole("button", { name: "Set up" }).click();
  await expect(page.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible();
  expect(await accessibilityProblems(page)).toEqual([]);
  const secret = (
    (await page
      .locator("code")
      .filter({ hasText: /^[A-Z2-7 ]{20,}$/ })
      .textContent()) ?? ""
  ).replaceAll(" ", "");
  await page.getByLabel("Six-digit code").fill("000000");
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByLabel("Six-digit code")).toHaveAccessibleDescription(/incorrect/);
  const enrolled = oneTimeCode(secret);
  // An Arabic keyboard types these digits.
  await page
    .getByLabel("Six-digit code")
    .fill(enrolled.replaceAll(/\d/g, (digit) => "٠١٢٣٤٥٦٧٨٩"[Number(digit)] ?? ""));
  await page.getByRole("button", { name: "Turn on" }).click();
  await expect(page.getByRole("heading", { name: "Save these backup codes" })).toBeVisible();
  expect(await accessibilityProblems(page)).toEqual([]);
  const backup = await page
    .getByRole("listitem")
    .filter({ hasText: /^[a-z2-9]{5}-[a-z2-9]{5}$/ })
    .allTextContents();
  expect(backup).toHaveLength(10);
  await page.getByRole("button", { name: "I have saved them" }).click();
  await expect(page.getByText("10 backup codes left")).toBeVisible();
  expect(await noticesOf(sql, person)).toEqual(["second_factor_changed on"]);
  expect(await isSignedIn(sql, elsewhere)).toBe(false);

  const enterPassword = async () => {
    await page.context().clearCookies();
    await page.goto("/sign-in?next=%2Fsettings%2Faccount");
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "Verify your identity" })).toBeVisible();
  };
  await enterPassword();
  expect(await accessibilityProblems(page)).toEqual([]);
  // The password alone does not start a session.
  expect(await (await page.request.get("/api/auth/get-session")).json()).toBeNull();
  await page.getByLabel("Six-digit code").fill("123456");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByLabel("Six-digit code")).toHaveAccessibleDescription(/incorrect/);
  await expect(page.getByLabel("Six-digit code")).toHaveValue("123456");
  // The code that turned the factor on is used up. A new page is needed, because the message would otherwise be shown already.
  await enterPassword();
  await page.getByLabel("Six-digit code").fill(enrolled);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByLabel("Six-digit code")).toHaveAccessibleDescription(/was already used/);
  // The code of the next 30 seconds is accepted too.
  const code = oneTimeCode(secret, 1);
  await page.getByLabel("Six-digit code").fill(code.replaceAll(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[Number(digit)] ?? ""));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/settings\/account$/);

  await enterPassword();
  await page.getByLabel("Six-digit code").fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByLabel("Six-digit code")).toHaveAccessibleDescription(/was already used/);
  await page.getByRole("link", { name: "Use a backup code instead" }).click();
  await page.getByLabel("Backup code").fill((backup[0] ?? "").toUpperCase().replace("-", " "));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page).toHaveURL(/\/settings\/account$/);
  await expect(page.getByText("9 backup codes left")).toBeVisible();

  expect(
    [
      ...(await sql`select action, detail from audit_events where actor_email = ${person.email} or subject = ${person.email} order by at`),
    ].map(({ action, detail }) => `${action} ${JSON.stringify(detail)}`),
  ).toContain('sign_in {"by":"second factor"}');

  // Each change of it ends the other sessions, and the owner is told.
  const others = () => sql`select end_reason from session where user_id = ${person.id} and id like 'other-%'`;
  for (const [button, confirm, done] of [
    ["New backup codes…", "Create new codes", page.getByRole("button", { name: "I have saved them" })],
    ["Turn off…", "Turn off", page.getByRole("button", { name: "Set up…" })],
  ] as const) {
    await sql`delete from session where id like 'other-%'`;
    await sql`insert into session (id, token, expires_at, user_id)
      values ('other-session', 'other-token', now() + interval '1 day', ${person.id})`;
    await page.goto("/settings/account");
    await page.getByRole("button", { name: button }).click();
    await page.getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("dialog").getByRole("button", { name: confirm }).click();
    await expect(done).toBeVisible();
    expect(await others(), button).toEqual([{ end_reason: "second_factor" }]);
  }
  expect(
    await sql`select detail ->> 'change' as change from notices
      where user_id = ${person.id} and kind = 'second_factor_changed' order by created_at`,
  ).toEqual([{ change: "on" }, { change: "codes" }, { change: "off" }]);
});

test("a required second factor is set up before anything else, and cannot be turned off", async ({
  page,
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  await sql`insert into organization (second_factor_rule) values ('everyone')
    on conflict (id) do update set second_factor_rule = 'everyone'`;
  try {
    await page.context().addCookies(await signIn(app.url, person));
    await page.goto("/calls?outcome=failed");
    await expect(page.getByRole("heading", { name: "Set up two-factor authentication" }).first()).toBeVisible();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByRole("button", { name: "Set up…" }).click();
    await page.getByLabel("Your password").fill(PASSWORD);
    await page.getByRole("dialog").getByRole("button", { name: "Set up" }).click();
    const secret =
      (await page
        .locator("code")
        .filter({ hasText: /^[A-Z2-7 ]{20,}$/ })
        .textContent()) ?? "";
    await page.getByLabel("Six-digit code").fill(oneTimeCode(secret.replaceAll(" ", "")));
    await page.getByRole("button", { name: "Turn on" }).click();
    await page.getByRole("button", { name: "I have saved them" }).click();
    await page.getByRole("link", { name: "Continue to Callboard" }).click();
    await expect(page).toHaveURL(`${app.url}/calls?outcome=failed`);
    await page.goto("/settings/account");
    await expect(page.getByText("Your organization requires it, so it cannot be turned off.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Turn off…" })).toHaveCount(0);
  } finally {
    await sql`delete from organization`;
  }
});
