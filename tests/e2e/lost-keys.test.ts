import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";

import type { Page } from "@playwright/test";
import { symmetricEncrypt } from "better-auth/crypto";

import { type App, startApp } from "@/tests/fixtures/app";
import { createDatabase, type Database } from "@/tests/fixtures/database";
import { environment } from "@/tests/fixtures/environment";
import { oneTimeCode } from "@/tests/fixtures/one-time-code";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, PASSWORD, type TestUser } from "@/tests/fixtures/users";

/** What is left when a key or everybody's access is lost: a list of keys, and the command on the machine. */

const OLD_KEY = "an-old-key-that-signed-sessions-0123456789";
const NEW_KEY = "the-new-key-that-signs-sessions-0123456789";
/** In base32. better-auth stores the bytes that an authenticator app decodes as text. */
const SECRET_TEXT = "a secret of a second factor";

// Each starts the application or the command several times.
test.describe.configure({ timeout: 180_000 });

let database: Database;
test.beforeEach(async () => {
  database = await createDatabase();
});
test.afterEach(async () => {
  await database.close();
});

/** Adds an administrator whose second factor is stored as versions with a single key stored it: without the version of the key. */
async function addPersonWithFactor(key: string): Promise<TestUser> {
  const person = await addUser(database.sql, "administrator", { name: "Hind Al-Qahtani" });
  const secret = await symmetricEncrypt({ key, data: SECRET_TEXT });
  const codes = await symmetricEncrypt({ key, data: JSON.stringify(["abcde-fghij"]) });
  await database.sql`insert into two_factor (id, secret, backup_codes, user_id)
    values (${randomUUID()}, ${secret}, ${codes}, ${person.id})`;
  await database.sql`update "user" set two_factor_enabled = true where id = ${person.id}`;
  return person;
}

/** The code of the authenticator app `periods` from now. Each code works once. */
function code(periods = 0): string {
  return oneTimeCode(base32(SECRET_TEXT), periods);
}

function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? [])
    .map((part) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(part.padEnd(5, "0"), 2)])
    .join("");
}

async function start(key: string): Promise<App> {
  return startApp({ databaseUrl: database.url, env: { AUTH_SECRET: key } });
}

async function givePassword(page: Page, app: App, person: TestUser, password = PASSWORD): Promise<void> {
  await page.goto(`${app.url}/sign-in`);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("a new key in front of the old one keeps second factors, and then works alone; without the right key the page says so", async ({
  page,
}) => {
  const person = await addPersonWithFactor(OLD_KEY);
  const both = await start(`${NEW_KEY},${OLD_KEY}`);
  try {
    await expect
      .poll(() => database.sql`select 1 from two_factor where secret like '$ba$%' and backup_codes like '$ba$%'`)
      .toHaveLength(1);
    await expect.poll(both.logs).toContain("second_factors_renewed");
    await givePassword(page, both, person);
    await page.getByLabel("Code").fill(code());
    await page.getByRole("button", { name: "Confirm" }).click();
    await expect(page).toHaveURL(`${both.url}/`);
  } finally {
    await both.stop();
  }
  await page.context().clearCookies();

  const alone = await start(NEW_KEY);
  try {
    await givePassword(page, alone, person);
    await page.getByLabel("Code").fill(code(1));
    await page.getByRole("button", { name: "Confirm" }).click();
    await expect(page).toHaveURL(`${alone.url}/`);
  } finally {
    await alone.stop();
  }
  await page.context().clearCookies();

  const lost = await start("another-key-that-never-encrypted-anything-01");
  try {
    await expect.poll(lost.logs).toContain("second_factors_unreadable");
    await givePassword(page, lost, person);
    await page.getByLabel("Code").fill(code());
    await page.getByRole("button", { name: "Confirm" }).click();
    await expect(page.getByLabel("Code")).toHaveAccessibleDescription(/^Your second factor cannot be checked/);
    // The same for a code that was used before.
    await page.getByLabel("Code").fill(code(1));
    await page.getByRole("button", { name: "Confirm" }).click();
    await expect(page.getByLabel("Code")).toHaveAccessibleDescription(/^Your second factor cannot be checked/);

    const removed = await admin(["remove-second-factor", person.email]);
    expect(removed).toEqual({ exitCode: 0, output: expect.stringContaining("signs in without a second factor now") });
    await givePassword(page, lost, person);
    await expect(page).toHaveURL(`${lost.url}/`);
  } finally {
    await lost.stop();
  }
});

test("the command lets people in when nobody can sign in, and every change is in the audit log", async ({ page }) => {
  const { sql } = database;
  const person = await addUser(sql, "viewer");
  await sql`update "user" set deactivated_at = now() where id = ${person.id}`;
  await sql`insert into session (id, token, expires_at, user_id) values ('s', 't', now() + interval '1 day', ${person.id})`;

  expect(await admin(["list"])).toEqual({ exitCode: 0, output: `${person.email}, viewer, deactivated\n` });
  expect(await admin(["reset-password", person.email], "password1234\n")).toMatchObject({ exitCode: 1 });
  expect(await admin(["reset-password", person.email], "")).toMatchObject({ exitCode: 1 });
  expect(await admin(["reset-password", "nobody@callboard.example"], "x\n")).toMatchObject({ exitCode: 1 });
  expect(await admin(["set-role", person.email, "owner"])).toMatchObject({ exitCode: 1 });
  expect(await sql`select action from audit_events`).toEqual([]);
  expect(await sql`select id from session where expires_at > now()`).toHaveLength(1);

  const reset = await admin(["reset-password", person.email], "another password entirely\n");
  expect(reset.exitCode).toBe(0);
  expect(reset.output).not.toContain("another password entirely");
  expect(await sql`select id from session where expires_at > now()`).toHaveLength(0);
  expect(await admin(["make-administrator", person.email])).toMatchObject({ exitCode: 0 });
  expect(await admin(["set-role", person.email, "viewer"])).toMatchObject({
    exitCode: 1,
    output: expect.stringContaining("is the last administrator"),
  });
  expect(
    await admin(["make-administrator", "New.Admin@callboard.example"], "a long one for the new admin\n"),
  ).toMatchObject({ exitCode: 0 });
  expect(await admin(["set-role", person.email, "operator"])).toMatchObject({ exitCode: 0 });
  expect(await sql`select email, role, deactivated_at from "user" order by email`).toEqual([
    { email: "new.admin@callboard.example", role: "administrator", deactivated_at: null },
    { email: person.email, role: "operator", deactivated_at: null },
  ]);
  expect(
    await sql`select action, subject, detail ->> 'by' as by, detail ->> 'role' as role, actor_id from audit_events order by at`,
  ).toEqual(
    [
      ["password_reset", person.email, null],
      ["user_reactivated", person.email, null],
      ["user_changed", person.email, "administrator"],
      ["user_joined", "new.admin@callboard.example", null],
      ["user_changed", person.email, "operator"],
    ].map(([action, subject, role]) => ({ action, subject, by: "command", role, actor_id: null })),
  );

  // The owner is told, once the account is active.
  expect(
    await sql`select kind, detail from notices where user_id = ${person.id} order by created_at, detail ->> 'role'`,
  ).toEqual([
    { kind: "role_changed", detail: { by: "npm run admin", role: "administrator" } },
    { kind: "role_changed", detail: { by: "npm run admin", role: "operator" } },
  ]);

  const app = await start(NEW_KEY);
  try {
    await givePassword(page, app, person, "another password entirely");
    await expect(page).toHaveURL(`${app.url}/`);
  } finally {
    await app.stop();
  }
});

/** Runs `npm run admin` as it runs without a terminal. */
async function admin(args: string[], input = ""): Promise<{ exitCode: number | null; output: string }> {
  const command: ChildProcess = spawn(process.execPath, ["--import", "tsx", "scripts/admin.ts", ...args], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      NODE_ENV: "production",
      ...environment({ databaseUrl: database.url, appPort: 1, vendorPort: 1 }),
    },
    stdio: "pipe",
  });
  let output = "";
  command.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  command.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  command.stdin?.end(input);
  await once(command, "close");
  return { exitCode: command.exitCode, output };
}
