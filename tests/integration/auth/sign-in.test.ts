import { type APIRequestContext, request } from "@playwright/test";

import { takeAttempt } from "@/db/people/rate-limit";
import { startApp } from "@/tests/fixtures/app";
import { createDatabase } from "@/tests/fixtures/database";
import { ADMIN } from "@/tests/fixtures/environment";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

const PATH = "/api/auth/sign-in/email";

/** Creates a client without cookies and without the headers of a browser. */
async function client(url: string, headers: Record<string, string> = {}): Promise<APIRequestContext> {
  return request.newContext({ baseURL: url, extraHTTPHeaders: headers });
}

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
});

test("a correct e-mail and password start a session, whose cookie scripts cannot read", async ({ app }) => {
  await signIn(app.url);
  const anonymous = await client(app.url);
  const answer = await anonymous.post(PATH, { data: ADMIN });
  expect(answer.status()).toBe(200);
  expect(answer.headers()["set-cookie"]).toMatch(/^callboard\.session_token=[^;]+;.*HttpOnly.*SameSite=Lax/i);

  const session = await anonymous.get("/api/auth/get-session");
  expect(await session.json()).toMatchObject({ user: { email: ADMIN.email, role: "administrator" } });
});

test("a wrong password and an unknown e-mail get the same answer", async ({ app }) => {
  const anonymous = await client(app.url);
  const wrong = await anonymous.post(PATH, { data: { email: ADMIN.email, password: "not the password" } });
  const unknown = await anonymous.post(PATH, {
    data: { email: "nobody@callboard.example", password: "not the password" },
  });
  expect([wrong.status(), unknown.status()]).toEqual([401, 401]);
  const impossible = await anonymous.post(PATH, { data: { email: "nobody\0@callboard.example", password: "x" } });
  expect(impossible.status()).toBe(400);
  expect(await unknown.json()).toEqual(await wrong.json());
});

test("the API refuses signing up and changing one's own role", async ({ app, database: { sql } }) => {
  const anonymous = await client(app.url);
  const person = {
    name: "Eve",
    email: "eve@callboard.example",
    password: "a long enough password",
    role: "administrator",
  };
  expect((await anonymous.post("/api/auth/sign-up/email", { data: person })).status()).toBe(404);
  const cookies = await signIn(app.url);
  const signedIn = await client(app.url, {
    cookie: cookieHeader(cookies),
    origin: app.url,
  });
  expect((await signedIn.post("/api/auth/update-user", { data: { role: "viewer" } })).status()).toBe(404);
  // Other tests may have added users.
  expect(await sql`select email, role from "user" where email = any(${[person.email, ADMIN.email]})`).toEqual([
    { email: ADMIN.email, role: "administrator" },
  ]);
});

for (const email of [ADMIN.email, "nobody@callboard.example"]) {
  test(`row 56: ten of a hundred simultaneous guesses for ${email} are checked, the others are refused`, async ({
    app,
  }) => {
    await signIn(app.url);
    const anonymous = await client(app.url);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        anonymous.post(PATH, { data: { email, password: `guess number ${index}` } }),
      ),
    );
    const statuses = Object.groupBy(answers, (answer) => answer.status());
    expect(Object.entries(statuses).map(([status, found]) => [status, found?.length])).toEqual([
      ["401", 10],
      ["429", 90],
    ]);
    const refused = answers.find((answer) => answer.status() === 429);
    expect(Number(refused?.headers()["retry-after"])).toBeGreaterThan(0);
    expect((await refused?.text()) ?? "").not.toContain(email);
  });
}

test("refused attempts are recorded once per account, and attempts at unknown accounts do not suppress failures of users", async ({
  app,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  const anonymous = await client(app.url);
  const guess = (email: string) => anonymous.post(PATH, { data: { email, password: "not the password" } });
  const recorded = async (email: string) => {
    const rows = await sql<{ detail: object }[]>`
      select detail from audit_events where action = 'sign_in_failed' and subject = ${email} order by detail ? 'refused', at`;
    return rows.map(({ detail }) => detail);
  };
  for (let index = 0; index < 14; index += 1) {
    expect((await guess(person.email)).status()).toBe(index < 10 ? 401 : 429);
  }
  const failed = { by: "password" };
  expect(await recorded(person.email)).toEqual([
    ...Array.from({ length: 14 }, () => failed),
    { ...failed, refused: true },
  ]);

  // Failures for unknown e-mails are recorded up to a separate limit.
  await guess("thought-up.0@callboard.example");
  expect(await recorded("thought-up.0@callboard.example")).toEqual([failed]);
  await sql`update rate_limit set count = 1000 where key like 'sign-in:recorded:address:%'`;
  await guess("thought-up.1@callboard.example");
  expect(await recorded("thought-up.1@callboard.example")).toEqual([]);
  const other = await addUser(sql, "viewer");
  await guess(other.email);
  expect(await recorded(other.email)).toEqual([failed]);
});

test("row 56: concurrent first attempts for a key are all counted, and none fails", async ({ database: { sql } }) => {
  for (let round = 0; round < 60; round += 1) {
    const rule = { key: `first-${round}`, max: 3, windowSeconds: 60 };
    const answers = await Promise.all(Array.from({ length: 8 }, () => takeAttempt(rule)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(3);
  }
  expect(
    await sql`select count(*)::integer as keys, min(count) as least from rate_limit where key like 'first-%'`,
  ).toEqual([{ keys: 60, least: 8 }]);
});

test("guesses at one account do not block other accounts, and a correct password resets the count", async ({
  app,
  database: { sql },
}) => {
  await signIn(app.url);
  const anonymous = await client(app.url);
  const guess = async (email: string) =>
    (await anonymous.post(PATH, { data: { email, password: "not the password" } })).status();
  expect(await guess("someone.else@callboard.example")).toBe(401);
  await sql`update rate_limit set count = 20 where key like 'sign-in:account:%'`;
  expect(await guess("someone.else@callboard.example")).toBe(429);
  for (let round = 0; round < 2; round += 1) {
    expect(await guess(ADMIN.email)).toBe(401);
    await sql`update rate_limit set count = 9 where key like 'sign-in:account:%' and count = 1`;
    const right = await (await client(app.url)).post(PATH, { data: ADMIN });
    expect(right.status()).toBe(200);
  }
});

test("row 56: wrong passwords from one address are limited across accounts; correct passwords are not", async ({
  database: { url, sql },
}) => {
  test.slow();
  const app = await startApp({ databaseUrl: url, env: { CLIENT_IP_HEADER: "x-real-ip" } });
  try {
    const from = (address: string) => client(app.url, { "x-real-ip": address, origin: app.url });
    const guessFrom = async (address: (index: number) => string) => {
      const statuses: number[] = [];
      for (let index = 0; index < 4; index += 1) {
        const guesser = await from(address(index));
        const data = { email: `person${index}@callboard.example`, password: "not the password" };
        statuses.push((await guesser.post(PATH, { data })).status());
        // As if there had been 48 more.
        await sql`update rate_limit set count = count + 48 where key like 'sign-in:address:%' and count = 1`;
      }
      return statuses;
    };
    const fiftyThenNone = [401, 401, 429, 429];
    expect(await guessFrom(() => "192.0.2.1")).toEqual(fiftyThenNone);
    expect((await (await from("192.0.2.1")).post(PATH, { data: ADMIN })).status()).toBe(429);
    expect((await (await from("::ffff:192.0.2.1")).post(PATH, { data: ADMIN })).status()).toBe(429);

    // All addresses of one IPv6 network count as one.
    await sql`delete from rate_limit`;
    expect(await guessFrom((index) => `2001:db8:1:2:${index}::${index}`)).toEqual(fiftyThenNone);
    expect((await (await from("2001:db8:1:3::1")).post(PATH, { data: ADMIN })).status()).toBe(200);

    for (let index = 0; index < 4; index += 1) {
      // Without cookies, so each one is a stranger's.
      expect((await (await from("192.0.2.2")).post(PATH, { data: ADMIN })).status()).toBe(200);
      await sql`update rate_limit set count = 49 where key like 'sign-in:address:%' and count < 49`;
    }
  } finally {
    await app.stop();
  }
});

test("forged address headers do not evade the limit", async ({ app }) => {
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const anonymous = await client(app.url, {
        "x-forwarded-for": `198.51.100.${index}`,
        "x-real-ip": `198.51.100.${index}`,
      });
      return anonymous.post(PATH, { data: { email: "target@callboard.example", password: "not the password" } });
    }),
  );
  expect(answers.filter((answer) => answer.status() === 401)).toHaveLength(10);
});

test("exactly the allowed number of two hundred concurrent attempts passes", async ({ database }) => {
  expect(database.name).toMatch(/^worker_/);
  const rule = { key: "test:atomic", max: 7, windowSeconds: 60 };
  const answers = await Promise.all(Array.from({ length: 200 }, () => takeAttempt(rule)));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(7);
  expect(answers.find(({ ok }) => !ok)).toMatchObject({ ok: false, retryAfterSeconds: expect.any(Number) });
});

test("the count starts again when its window has ended", async ({ database: { sql } }) => {
  const rule = { key: "test:window", max: 1, windowSeconds: 60 };
  expect(await takeAttempt(rule)).toEqual({ ok: true });
  expect((await takeAttempt(rule)).ok).toBe(false);
  await sql`update rate_limit set last_request = last_request - 61000 where key = ${rule.key}`;
  expect(await takeAttempt(rule)).toEqual({ ok: true });
});

for (const [what, headers] of [
  ["from another site", { origin: "https://evil.example" }],
  ["with a null origin", { origin: "null" }],
  ["without an origin", {}],
] as const) {
  test(`row 55: a sign-out ${what} is refused`, async ({ app }) => {
    const cookies = await signIn(app.url);
    const cookie = cookieHeader(cookies);
    const answer = await (await client(app.url, { ...headers, cookie })).post("/api/auth/sign-out", { data: {} });
    expect(answer.status()).toBe(403);
    const session = await (await client(app.url, { cookie })).get("/api/auth/get-session");
    expect(await session.json()).not.toBeNull();
  });
}

test("row 55: what a page elsewhere makes its visitors' browsers send is not counted against them", async ({
  app,
  database: { sql },
}) => {
  for (const origin of ["https://evil.example", "null"]) {
    const visitor = await client(app.url, { origin, "sec-fetch-site": "cross-site" });
    const form = { email: ADMIN.email, password: "not the password" };
    expect((await visitor.post(PATH, { form })).status()).toBe(403);
  }
  expect(await sql`select key from rate_limit`).toHaveLength(0);
});

test("signing out ends the session, so its cookie no longer works", async ({ app }) => {
  const cookies = await signIn(app.url);
  const cookie = cookieHeader(cookies);
  const signedIn = await client(app.url, { origin: app.url, cookie });
  expect((await signedIn.post("/api/auth/sign-out", { data: {} })).status()).toBe(200);
  expect(
    await (await client(app.url, { cookie })).get("/api/auth/get-session").then((answer) => answer.json()),
  ).toBeNull();
});

test("two processes that start at the same time create one administrator, and a restart creates no other", async () => {
  test.slow();
  const database = await createDatabase();
  const start = () => startApp({ databaseUrl: database.url });
  const apps = await Promise.all([start(), start()]);
  try {
    await expect
      .poll(() => database.sql`select email, role from "user"`)
      .toEqual([{ email: ADMIN.email, role: "administrator" }]);
    await signIn(apps[0].url);
    await signIn(apps[1].url);
    await database.sql`update "user" set role = 'viewer'`;
    await apps[0].stop();
    apps[0] = await start();
    await signIn(apps[0].url);
    expect(await database.sql`select email, role from "user"`).toEqual([{ email: ADMIN.email, role: "viewer" }]);
  } finally {
    await Promise.all(apps.map((app) => app.stop()));
    await database.close();
  }
});
