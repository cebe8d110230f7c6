import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, noticesOf, PASSWORD } from "@/tests/fixtures/users";
import { complete } from "@/tests/fixtures/webhooks";

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
  await sql`delete from "user" where email <> 'admin@callboard.example'`;
});

test("a session that nobody uses ends: the page says so at the next movement, and the sign-in page says why", async ({
  page,
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  await page.context().addCookies(await signIn(app.url, person));
  await page.clock.install();
  await page.goto("/settings/account");
  const since = (hours: number) =>
    sql`update session set last_seen_at = now() - make_interval(hours => ${hours}) where user_id = ${person.id}`;
  await since(11);
  await page.clock.fastForward("02:00");
  await page.mouse.move(40, 40);
  await expect
    .poll(() => sql`select 1 from session where user_id = ${person.id} and last_seen_at > now() - interval '1 minute'`)
    .toHaveLength(1);
  await since(12);
  await page.clock.fastForward("02:00");
  await page.mouse.move(80, 80);
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog).toContainText("Nobody was active here for some time.");
  await page.goto("/calls");
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fcalls$/);
  await expect(page.getByText("You were signed out. Nobody was active here for some time.")).toBeVisible();
});

test("one's sessions are listed and can be ended; a new password ends other sessions, links and unfinished sign-ins", async ({
  page,
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer", { email: "nora@callboard.example" });
  const other = await signIn(app.url, person);
  await page.context().addCookies(await signIn(app.url, person));
  await sql`update session set user_agent = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', ip_address = '192.0.2.7'
    where user_id = ${person.id} and token = ${decodeURIComponent(other[0]?.value ?? "").split(".")[0] ?? ""}`;
  await page.goto("/settings/account");
  const row = page.getByRole("listitem").filter({ hasText: "Safari on iPhone" });
  await expect(row).toContainText("192.0.2.7");
  await expect(page.getByText("This session")).toHaveCount(1);
  await row.getByRole("button", { name: "End the session: Safari on iPhone" }).click();
  await expect(row).toHaveCount(0);
  expect(await sql`select 1 from session where user_id = ${person.id} and expires_at > now()`).toHaveLength(1);

  await signIn(app.url, person);
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill("password1234");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("New password")).toHaveAccessibleDescription(/among the most common/);
  await page.getByLabel("Current password").fill("not the password");
  await page.getByLabel("New password").fill("a completely new one");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toHaveAccessibleDescription("Incorrect current password.");
  await expect(page.getByLabel("New password")).toHaveValue("a completely new one");
  // A changed password invalidates reset links and sign-ins that wait for the second factor.
  const { id: admin } = await addUser(sql, "administrator");
  await sql`insert into one_time_links (token_hash, user_id, purpose, created_by, expires_at)
    values (${`link-of-${person.id}`}, ${person.id}, 'reset', ${admin}, now() + interval '1 day')`;
  await sql`insert into verification (id, identifier, value, expires_at)
    values (${person.id}, '2fa-begun', ${person.id}, now() + interval '10 minutes')`;
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed.")).toBeVisible();
  expect(await noticesOf(sql, person)).toEqual(["password_changed"]);
  expect(await sql`select 1 from one_time_links where user_id = ${person.id}`).toHaveLength(0);
  expect(await sql`select 1 from verification where value = ${person.id}`).toHaveLength(0);
  expect(await sql`select 1 from session where user_id = ${person.id} and expires_at > now()`).toHaveLength(1);
  await page.reload();
  await page.getByRole("button", { name: "Sign out everywhere…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page).toHaveURL(`${app.url}/sign-in`);
  expect(await sql`select 1 from session where user_id = ${person.id} and expires_at > now()`).toHaveLength(0);
});

test("after a session ends, signing in again keeps typed text and returns to the same URL", async ({
  page,
  request,
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "operator", { email: "dana@callboard.example" });
  await page.context().addCookies(await signIn(app.url, person));
  await request.post(app.webhookUrl, { data: complete("panel-call") });
  await page.goto("/settings/account");
  await page.getByLabel("Your name").fill("A name half typed");
  await sql`delete from session where user_id = ${person.id}`;
  await page.getByRole("button", { name: "Save" }).click();
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog).toBeVisible();
  await expect(page.getByLabel("Your name")).toHaveValue("A name half typed");
  await page.context().addCookies(await signIn(app.url, person));
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your name was saved.")).toBeVisible();

  for (const place of [
    "/calls?outcome=no_answer%2Cfailed&from=2026-05-01&per_page=50",
    "/calls/panel-call?outcome=complete&from=2026-05-01",
  ]) {
    await sql`delete from session where user_id = ${person.id}`;
    await page.goto(place);
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(`${app.url}${place}`);
  }
  await expect(page.getByText("Yes, please come tomorrow")).toBeVisible();
});
