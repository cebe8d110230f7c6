import { type APIRequestContext, type APIResponse, request } from "@playwright/test";
import type postgres from "postgres";

import { changeRole, deactivateUser } from "@/db/people/changes";
import { issueLink, redeemLink } from "@/db/people/one-time-links";
import { revokePendingAccess } from "@/db/people/password";
import { hashToken, makeToken } from "@/lib/people/one-time-token";
import { actionsOfBuild } from "@/tests/fixtures/build";
import { ADMIN } from "@/tests/fixtures/environment";
import { formOf } from "@/tests/fixtures/form";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, PASSWORD, type TestUser } from "@/tests/fixtures/users";

const PATH = "/api/auth/sign-in/email";

test.beforeEach(async ({ app, database: { sql } }) => {
  expect(app.url).toMatch(/^http/);
  await sql`delete from rate_limit`;
});

/** A browser without a session, with the device cookie of a person or with none. */
async function browser(url: string, deviceOf?: { email: string; password: string }): Promise<APIRequestContext> {
  const cookies = deviceOf === undefined ? [] : await signIn(url, deviceOf);
  const cookie = cookieHeader(cookies.filter(({ name }) => name === "callboard.device"));
  return request.newContext({ baseURL: url, extraHTTPHeaders: { origin: url, ...(cookie === "" ? {} : { cookie }) } });
}

function tryPassword(client: APIRequestContext, email: string, password: string): Promise<APIResponse> {
  return client.post(PATH, { data: { email, password } });
}

/** Tries a wrong password and sets the count of such attempts, because each check of a password takes its time. */
async function tryMany(client: APIRequestContext, sql: postgres.Sql, email: string, count: number): Promise<void> {
  await tryPassword(client, email, "not the password");
  await sql`update rate_limit set count = ${count} where key like 'sign-in:account:%' or key like 'sign-in:wrong:%'`;
}

test("row 68: ten wrong passwords lock strangers out, but not a device of the right person, which has its own limit", async ({
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  const other = await addUser(sql, "viewer");
  const own = await browser(app.url, person);
  const stranger = await browser(app.url);
  await tryMany(stranger, sql, person.email, 10);
  expect((await tryPassword(stranger, person.email, PASSWORD)).status()).toBe(429);
  // A device of somebody else is a stranger's, and so is a cookie that Callboard has not made.
  expect((await tryPassword(await browser(app.url, other), person.email, PASSWORD)).status()).toBe(429);
  const forged = await request.newContext({
    baseURL: app.url,
    extraHTTPHeaders: { origin: app.url, cookie: `callboard.device=${makeToken()}.${makeToken()}` },
  });
  expect((await tryPassword(forged, person.email, PASSWORD)).status()).toBe(429);

  expect((await tryPassword(own, person.email, PASSWORD)).status()).toBe(200);
  expect((await tryPassword(own, person.email, "not the password")).status()).toBe(401);
  await sql`update rate_limit set count = 10 where key like 'sign-in:device:%'`;
  expect((await tryPassword(own, person.email, PASSWORD)).status()).toBe(429);
  // What the device has used up is not counted against strangers.
  await sql`delete from rate_limit where key not like 'sign-in:device:%'`;
  expect((await tryPassword(stranger, person.email, PASSWORD)).status()).toBe(200);
});

test("a locked account refuses the right password as it refuses a wrong one, unless a second factor is still to come", async ({
  app,
  database: { sql },
}) => {
  const [plain, careful] = [await addUser(sql, "viewer"), await addUser(sql, "viewer")];
  await sql`update "user" set two_factor_enabled = true where id = ${careful.id}`;
  await sql`insert into two_factor (id, secret, backup_codes, user_id) values (${careful.id}, 'x', 'x', ${careful.id})`;
  const stranger = await browser(app.url);
  const lockedAnswer = async (email: string, password: string) => {
    await sql`delete from rate_limit`;
    await tryMany(stranger, sql, email, 10);
    const answer = await tryPassword(stranger, email, password);
    return { status: answer.status(), body: (await answer.json()) as { code?: string; twoFactorRedirect?: boolean } };
  };
  const refused = { status: 429, body: { code: "TOO_MANY_ATTEMPTS" } };
  expect(await lockedAnswer(plain.email, PASSWORD)).toMatchObject(refused);
  expect(await lockedAnswer(careful.email, "not the password")).toMatchObject(refused);
  expect(await lockedAnswer("nobody@callboard.example", PASSWORD)).toMatchObject(refused);
  expect(await lockedAnswer(careful.email, PASSWORD)).toMatchObject({ status: 200, body: { twoFactorRedirect: true } });
  expect(await sql`select 1 from session where user_id = any(${[plain.id, careful.id]})`).toHaveLength(0);
});

test("ten wrong codes lock the second step for strangers who have the password, but not on a device of the right person", async ({
  app,
  request: client,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  const device = cookieHeader((await signIn(app.url, person)).filter(({ name }) => name === "callboard.device"));
  await sql`update "user" set two_factor_enabled = true where id = ${person.id}`;
  // Nobody can read this factor, so each code that is checked gets the answer that says so.
  await sql`insert into two_factor (id, secret, backup_codes, user_id) values (${person.id}, 'x', 'x', ${person.id})`;
  const action = actionsOfBuild().find(({ name }) => name === "sign-in/code/actions#giveCode");
  const tryCode = async (deviceCookie: string) => {
    const headers = { origin: app.url, cookie: deviceCookie };
    const begun = await client.post(`${app.url}${PATH}`, { data: person, headers });
    const [pending] = /callboard\.two_factor=[^;]+/.exec(begun.headers()["set-cookie"] ?? "") ?? [];
    const answer = await client.post(`${app.url}${action?.url}`, {
      headers: { origin: app.url, cookie: `${pending}; ${deviceCookie}`, "next-action": action?.id ?? "" },
      multipart: formOf({ code: "123456", factor: "totp", next: "/" }),
    });
    const [, code, reason] = /"errors":\{"code":"(\w+)"|"reason":"(\w+)"/.exec(await answer.text()) ?? [];
    return code ?? reason;
  };
  expect(await tryCode("")).toBe("secondFactorUnreadable");
  await sql`update rate_limit set count = 10 where key like 'second-factor:%'`;
  expect(await tryCode("")).toBe("tooMany");
  expect(await tryCode(device)).toBe("secondFactorUnreadable");
  await sql`update rate_limit set count = 10 where key like 'second-factor:device:%'`;
  expect(await tryCode(device)).toBe("tooMany");
});

test("row 69: invented e-mails use up one shared limit, after which existing ones get the same answers, except on their devices", async ({
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  const own = await browser(app.url, person);
  const stranger = await browser(app.url);
  await sql`delete from rate_limit`;
  for (let index = 0; index < 3; index += 1) {
    await tryPassword(stranger, `invented.${index}@callboard.example`, "not the password");
  }
  expect(await sql`select count from rate_limit where key = 'sign-in:strangers'`).toEqual([{ count: 3 }]);
  // An existing account counts as well: otherwise the count would tell which accounts exist. A right password does not.
  await tryPassword(stranger, person.email, "not the password");
  expect((await tryPassword(await browser(app.url), person.email, PASSWORD)).status()).toBe(200);
  expect(await sql`select count from rate_limit where key = 'sign-in:strangers'`).toEqual([{ count: 4 }]);

  await sql`update rate_limit set count = 100 where key = 'sign-in:strangers'`;
  const statusesOf = async (email: (index: number) => string) => {
    await sql`delete from rate_limit where key like 'sign-in:reserve:%'`;
    const statuses: number[] = [];
    for (let index = 0; index < 7; index += 1) {
      statuses.push((await tryPassword(stranger, email(index), "not the password")).status());
    }
    return statuses;
  };
  const fiveThenNone = [401, 401, 401, 401, 401, 429, 429];
  expect(await statusesOf((index) => `also.invented.${index}@callboard.example`)).toEqual(fiveThenNone);
  expect(await statusesOf(() => person.email)).toEqual(fiveThenNone);
  const [known, unknown] = [
    await tryPassword(stranger, person.email, PASSWORD),
    await tryPassword(stranger, "nobody@callboard.example", PASSWORD),
  ];
  expect([known.status(), await known.json()]).toMatchObject([429, { code: "TOO_MANY_ATTEMPTS" }]);
  expect(Object.keys((await unknown.json()) as object)).toEqual(Object.keys((await known.json()) as object));
  expect(unknown.status()).toBe(429);
  expect((await tryPassword(own, person.email, PASSWORD)).status()).toBe(200);
});

test("row 69: attempts that a limit refuses leave no rows for the e-mails that were invented for them", async ({
  app,
  database: { sql },
}) => {
  const stranger = await browser(app.url);
  const attempt = (index: number) => tryPassword(stranger, `filling.${index}@callboard.example`, "not the password");
  await attempt(0);
  await sql`update rate_limit set count = 100 where key = 'sign-in:strangers'`;
  await attempt(1);
  await sql`update rate_limit set count = 5 where key like 'sign-in:reserve:%'`;
  await attempt(2);
  const rows = async () => (await sql<{ key: string }[]>`select key from rate_limit`).length;
  const before = await rows();
  for (let index = 3; index < 6; index += 1) {
    expect((await attempt(index)).status()).toBe(429);
  }
  expect(await rows()).toBe(before);
});

test("row 69: of many sign-ins at once, a few are checked, and the others are refused before they are counted", async ({
  app,
  database: { sql },
  request: client,
}) => {
  const statuses = await Promise.all(
    Array.from({ length: 150 }, async (_, index) => {
      const answer = await client.post(`${app.url}${PATH}`, {
        data: { email: `flood.${index}@callboard.example`, password: "not the password" },
        headers: { origin: app.url },
      });
      if (answer.status() === 429) {
        expect(await answer.text()).toMatch(/"code":"BUSY".*Try again in a few seconds|"code":"TOO_MANY_ATTEMPTS"/);
        expect(Number(answer.headers()["retry-after"])).toBeGreaterThan(0);
      }
      return answer.status();
    }),
  );
  const checked = statuses.filter((status) => status === 401).length;
  expect(statuses.filter((status) => status === 429)).toHaveLength(150 - checked);
  // Requests that arrive after the first ones have been answered find a free place.
  expect(checked).toBeGreaterThanOrEqual(10);
  expect(checked).toBeLessThan(150);
  const [counted] = await sql<{ count: number }[]>`select count from rate_limit where key = 'sign-in:strangers'`;
  expect(counted?.count).toBeLessThan(150);
});

async function devicesOf(sql: postgres.Sql, { id }: TestUser): Promise<number> {
  return (await sql`select 1 from known_devices where user_id = ${id}`).length;
}

test("a device is known only after a complete sign-in, and the database does not hold its token", async ({
  app,
  database: { sql },
}) => {
  const [person, careful] = [await addUser(sql, "viewer"), await addUser(sql, "viewer")];
  await sql`update "user" set two_factor_enabled = true where id = ${careful.id}`;
  await sql`insert into two_factor (id, secret, backup_codes, user_id) values (${careful.id}, 'x', 'x', ${careful.id})`;
  const cookies = await signIn(app.url, person);
  const device = cookies.find(({ name }) => name === "callboard.device");
  expect(device).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  const [token = ""] = device?.value.split(".") ?? [];
  expect(await sql`select user_id, token_hash from known_devices where user_id = ${person.id}`).toEqual([
    { user_id: person.id, token_hash: hashToken(token) },
  ]);

  const beforeCode = await tryPassword(await browser(app.url), careful.email, PASSWORD);
  expect(await beforeCode.json()).toMatchObject({ twoFactorRedirect: true });
  expect(beforeCode.headers()["set-cookie"]).not.toContain("callboard.device");
  expect(await devicesOf(sql, careful)).toBe(0);

  // The same browser stays one device, also for a second user.
  const client = await browser(app.url, person);
  await tryPassword(client, person.email, PASSWORD);
  expect(await devicesOf(sql, person)).toBe(2);
  const other = await addUser(sql, "viewer");
  await tryPassword(client, other.email, PASSWORD);
  expect(await devicesOf(sql, other)).toBe(1);
});

test("devices end with the password and with the account, but not with the role", async ({
  app,
  database: { sql },
}) => {
  const admin = await addUser(sql, "administrator");
  const person = await addUser(sql, "viewer");
  await signIn(app.url, person);
  await signIn(app.url, person);
  const [kept] = await sql<{ hash: string }[]>`
    select token_hash as hash from known_devices where user_id = ${person.id} order by created_at limit 1`;
  await changeRole(person.id, "operator");
  expect(await devicesOf(sql, person)).toBe(2);
  await revokePendingAccess(person.id, kept?.hash ?? null);
  expect(await sql`select token_hash as hash from known_devices where user_id = ${person.id}`).toEqual([kept]);

  const tokenHash = hashToken(makeToken());
  await issueLink({ userId: person.id, tokenHash, hours: 1, createdBy: admin.id });
  expect(await redeemLink({ tokenHash, purpose: "reset", passwordHash: "x" })).not.toBeNull();
  expect(await devicesOf(sql, person)).toBe(0);

  const leaving = await addUser(sql, "viewer");
  await signIn(app.url, leaving);
  await deactivateUser(leaving.id);
  expect(await devicesOf(sql, leaving)).toBe(0);
});

test("the owner is told of the tenth wrong password, once, and of a new device, but not of the first sign-in", async ({
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  const noticesOf = () => sql`select kind, detail from notices where user_id = ${person.id} order by created_at`;
  const own = await browser(app.url, person);
  await tryPassword(own, person.email, PASSWORD);
  expect(await noticesOf()).toEqual([]);
  const stranger = await browser(app.url);
  await tryMany(stranger, sql, person.email, 8);
  await tryPassword(stranger, person.email, "the ninth");
  await tryPassword(stranger, person.email, "the tenth");
  await tryPassword(stranger, person.email, "the eleventh");
  await expect.poll(noticesOf).toEqual([{ kind: "wrong_passwords", detail: {} }]);
  await sql`delete from rate_limit where key not like 'notice:%'`;
  const phone = await request.newContext({
    baseURL: app.url,
    userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
  });
  expect((await phone.post(PATH, { data: person, headers: { origin: app.url } })).status()).toBe(200);
  expect((await noticesOf()).at(-1)).toEqual({
    kind: "new_device",
    detail: { browser: "Safari", system: "iPhone" },
  });
  expect((await tryPassword(own, ADMIN.email, ADMIN.password)).status()).toBe(200);
});
