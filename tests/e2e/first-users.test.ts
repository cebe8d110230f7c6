import { startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";

test("the pages lead from the first start to three users with different roles", async ({ browser }) => {
  test.setTimeout(180_000);
  const database = await createDatabase();
  const app = await startApp({
    databaseUrl: database.url,
    env: { ADMIN_EMAIL: undefined, ADMIN_PASSWORD: undefined, SETUP_CODE: "ABCD-1234-EFGH" },
  });
  try {
    const began = performance.now();
    // Wrong codes of strangers do not keep out who has the right one.
    await database.sql`insert into rate_limit (id, key, count, last_request)
      values ('strangers', 'setup:code', 10, extract(epoch from now()) * 1000)`;
    const page = await browser.newPage({ baseURL: app.url });
    await page.goto("/");
    await expect(page).toHaveURL(`${app.url}/setup`);
    await page.getByLabel("Setup code").fill("abcd1234efgh");
    await page.getByLabel("Your name").fill("Huda");
    await page.getByLabel("E-mail").fill("huda@callboard.example");
    await page.getByLabel("Password", { exact: true }).fill("password1234");
    await page.getByRole("button", { name: "Create administrator and sign in" }).click();
    await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/among the most common/);
    await page.getByLabel("Password", { exact: true }).fill("a password for huda");
    await page.getByRole("button", { name: "Create administrator and sign in" }).click();
    await page.getByRole("link", { name: "Invite your team" }).click();
    for (const [role, email] of [
      ["Operator", "operator@callboard.example"],
      ["Viewer", "viewer@callboard.example"],
    ] as const) {
      await page.getByRole("button", { name: "Invite someone" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("E-mail").fill(email);
      await dialog.getByRole("radio", { name: new RegExp(role) }).check();
      await dialog.getByRole("button", { name: "Create invitation" }).click();
      const link = await dialog.getByLabel("Link", { exact: true }).inputValue();
      await dialog.getByRole("button", { name: "Done" }).click();
      const theirs = await browser.newPage({ baseURL: app.url });
      await theirs.goto(link);
      await theirs.getByLabel("Your name").fill(`The ${role}`);
      await theirs.getByLabel("Password", { exact: true }).fill("a password of one's own");
      await theirs.getByRole("button", { name: "Join and sign in" }).click();
      await expect(theirs).toHaveURL(`${app.url}/`);
      await theirs.close();
    }
    expect(await database.sql`select name, role from "user" order by created_at`).toEqual([
      { name: "Huda", role: "administrator" },
      { name: "The Operator", role: "operator" },
      { name: "The Viewer", role: "viewer" },
    ]);
    // A person should finish within five minutes. Reading and typing take most of them, so the pages may take one minute.
    expect(performance.now() - began).toBeLessThan(60_000);
    await page.close();
  } finally {
    await app.stop();
    await database.close();
  }
});
