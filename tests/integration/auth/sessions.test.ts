import type { APIRequestContext } from "@playwright/test";
import type postgres from "postgres";

import { changeRole, deactivateUser, removeSecondFactor } from "@/db/people/changes";
import { issueLink, redeemLink } from "@/db/people/one-time-links";
import { endSessions } from "@/db/people/sessions";
import { type Role, ROLES } from "@/lib/people/role";
import { actionsOfBuild } from "@/tests/fixtures/build";
import { formOf } from "@/tests/fixtures/form";
import { oneTimeCode } from "@/tests/fixtures/one-time-code";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser, type TestUser } from "@/tests/fixtures/users";

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
  await sql`delete from "user" where email <> 'admin@callboard.example'`;
  await sql`delete from organization`;
});

test.afterAll(async ({ database: { sql } }) => {
  await sql`delete from organization`;
});

/** How each kind of entrance answers a session: a page, a route handler, an action, better-auth itself, and the route for the browser. */
async function answersTo(request: APIRequestContext, url: string, cookie: string) {
  const headers = { cookie };
  const get = (path: string) => request.get(`${url}${path}`, { maxRedirects: 0, headers });
  const action = actionsOfBuild().find(({ name }) => name === "settings/account/actions#saveName");
  const [page, handler, acted, own, state] = await Promise.all([
    get("/calls"),
    get("/calls/unknown/recording"),
    request.post(`${url}${action?.url}`, {
      headers: { ...headers, origin: url, "next-action": action?.id ?? "" },
      multipart: { "0": '[{"values":{},"errors":{},"saved":0},"$K1"]', _1_name: "x" },
    }),
    get("/api/auth/get-session"),
    get("/api/session"),
  ]);
  return {
    page: page.status() === 307 ? (page.headers()["location"]?.split("?")[0] ?? "") : page.status(),
    handler: handler.status(),
    action: /"reason":"(\w+)"/.exec(await acted.text())?.[1] ?? "done",
    own: (await own.json()) === null ? null : "session",
    state: (await state.json()) as unknown,
  };
}

const LIVE = { page: 200, handler: 404, action: "done", own: "session", state: { state: "valid" } };
const ended = (reason: string) => ({
  page: "/sign-in",
  handler: 401,
  action: "signedOut",
  own: null,
  state: { error: "signed_out", reason },
});

async function signInAs(sql: postgres.Sql, url: string, role: Role): Promise<TestUser & { cookie: string }> {
  const person = await addUser(sql, role);
  return { ...person, cookie: cookieHeader(await signIn(url, person)) };
}

for (const [role, idle, lifetime] of [
  ["viewer", "12 hours", "7 days"],
  ["operator", "12 hours", "7 days"],
  ["administrator", "2 hours", "24 hours"],
] as const) {
  test(`the session of a ${role} ends ${idle} after the last activity and ${lifetime} after the sign-in, everywhere`, async ({
    app,
    request,
    database: { sql },
  }) => {
    const person = await signInAs(sql, app.url, role);
    const live = role === "viewer" ? { ...LIVE, handler: 403 } : LIVE;
    const age = (seen: string, created: string) => sql`update session set last_seen_at = now() - ${seen}::interval,
      created_at = now() - ${created}::interval where user_id = ${person.id}`;
    const answers = () => answersTo(request, app.url, person.cookie);
    // A busy machine may take the 5 s for its answers. Then they say nothing, and it is asked again.
    await expect(async () => {
      await age(`${idle} -5 s`, `${lifetime} -5 s`);
      expect(await answers()).toEqual(live);
    }).toPass({ timeout: 60_000 });
    await age(idle, "0 s");
    expect(await answers()).toEqual(ended("idle"));
    await age("0 s", lifetime);
    expect(await answers()).toEqual(ended("lifetime"));
    // The limit that was reached first is the reason.
    await age(idle, `${lifetime} 1 minute`);
    expect(await answers()).toEqual(ended("lifetime"));
    await age("0 s", "0 s");
    expect(await answers()).toEqual(live);
  });
}

test("a changed limit holds for open sessions from the next request on, by the role of today", async ({
  app,
  request,
  database: { sql },
}) => {
  const people = await Promise.all(ROLES.map((role) => signInAs(sql, app.url, role)));
  await sql`update session set last_seen_at = now() - interval '20 minutes', created_at = now() - interval '5 hours'
    where user_id = any(${people.map(({ id }) => id)})`;
  const states = () => Promise.all(people.map(async ({ cookie }) => (await answersTo(request, app.url, cookie)).own));
  expect(await states()).toEqual(["session", "session", "session"]);
  await sql`insert into organization (operator_idle_minutes, administrator_lifetime_minutes) values (15, 240)`;
  expect(await states()).toEqual(["session", null, null]);
  await sql`update organization set operator_idle_minutes = 30, administrator_lifetime_minutes = 480`;
  expect(await states()).toEqual(["session", "session", "session"]);
  await sql`update organization set operator_idle_minutes = 15`;
  await sql`update "user" set role = 'operator' where id = ${people[0]?.id ?? ""}`;
  expect(await states()).toEqual([null, null, "session"]);
});

test("only what a person does counts as activity, not what an open page does by itself", async ({
  app,
  request,
  database: { sql },
}) => {
  const { id, cookie } = await signInAs(sql, app.url, "viewer");
  const isSeenBy = async (call: () => Promise<unknown>) => {
    await sql`update session set last_seen_at = now() - interval '1 hour' where user_id = ${id}`;
    await call();
    // The write follows the answer. Each request to the page is followed by another one, so the last write is over once this one is seen.
    const isSeen = async () =>
      (await sql`select 1 from session where user_id = ${id} and last_seen_at > now() - interval '1 minute'`).length >
      0;
    return isSeen;
  };
  const get = (path: string, headers: Record<string, string> = {}) =>
    request.get(`${app.url}${path}`, { headers: { cookie, ...headers } });
  for (const call of [
    () => get("/calls", { accept: "text/html,*/*" }),
    () => request.post(`${app.url}/api/session`, { headers: { cookie, origin: app.url } }),
  ]) {
    await expect.poll(await isSeenBy(call)).toBe(true);
  }
  await sql`update session set last_seen_at = now() - interval '1 hour' where user_id = ${id}`;
  await get("/api/session");
  await get("/api/auth/get-session");
  await get("/calls", { accept: "*/*" });
  await get("/calls", { accept: "*/*", rsc: "1" });
  const foreign = await request.post(`${app.url}/api/session`, {
    headers: { cookie, origin: "https://evil.example" },
  });
  expect(foreign.status()).toBe(403);
  // A page of another user is marked as seen after its answer, in the same queue.
  const other = await signInAs(sql, app.url, "viewer");
  await sql`update session set last_seen_at = now() - interval '1 hour' where user_id = ${other.id}`;
  await request.get(`${app.url}/calls`, { headers: { cookie: other.cookie, accept: "text/html" } });
  await expect
    .poll(() => sql`select user_id from session where last_seen_at < now() - interval '30 minutes'`)
    .toEqual([{ user_id: id }]);
});

test("an ended session is not revived by activity, nor by better-auth", async ({ app, request, database: { sql } }) => {
  const { id, cookie } = await signInAs(sql, app.url, "operator");
  await sql`update session set last_seen_at = now() - interval '13 hours' where user_id = ${id}`;
  const before = await sql`select last_seen_at, expires_at from session where user_id = ${id}`;
  await request.get(`${app.url}/calls`, { headers: { cookie, accept: "text/html" }, maxRedirects: 0 });
  const reported = await request.post(`${app.url}/api/session`, { headers: { cookie, origin: app.url } });
  expect(reported.status()).toBe(401);
  await request.get(`${app.url}/api/auth/get-session`, { headers: { cookie } });
  expect([...(await sql`select last_seen_at, expires_at from session where user_id = ${id}`)]).toEqual([...before]);
});

test("the sign-in page says why the session ended, and does not say it to anyone else", async ({
  app,
  request,
  database: { sql },
}) => {
  const { id, cookie } = await signInAs(sql, app.url, "viewer");
  const page = async (sent: string) =>
    (await request.get(`${app.url}/sign-in`, { headers: { cookie: sent, "accept-language": "en" } })).text();
  await endSessions(id, "password");
  // The messages of the catalogue are in the page too, but not within an element.
  expect(await page(cookie)).toMatch(/>You were signed out\.(<!-- -->| )*The password of your account was changed\./);
  expect(await page("")).not.toContain(">You were signed out.");
  const forged = cookie.replace(/(session_token=[^.;]+)\.[^;]*/, `$1.${"A".repeat(43)}%3D`);
  expect(forged).not.toBe(cookie);
  expect(await page(forged)).not.toContain(">You were signed out.");
});

test("signing in over a session ends it, also if a second factor is still missing or somebody else signs in", async ({
  app,
  request,
  database: { sql },
}) => {
  const first = await signInAs(sql, app.url, "viewer");
  const other = await addUser(sql, "operator");
  const signInOver = async (cookie: string, person: TestUser) => {
    const answer = await request.post(`${app.url}/api/auth/sign-in/email`, {
      data: { email: person.email, password: person.password },
      headers: { origin: app.url, cookie },
    });
    return (await answer.json()) as { token?: string; twoFactorRedirect?: boolean };
  };
  expect((await signInOver(first.cookie, other)).token).toBeDefined();
  expect(await answersTo(request, app.url, first.cookie)).toEqual(ended("replaced"));

  const again = cookieHeader(await signIn(app.url, first));
  await sql`update "user" set two_factor_enabled = true where id = ${other.id}`;
  expect((await signInOver(again, other)).twoFactorRedirect).toBe(true);
  expect(await answersTo(request, app.url, again)).toEqual(ended("replaced"));

  const third = cookieHeader(await signIn(app.url, first));
  await signInOver(third, { ...first, password: "not the password" });
  expect((await answersTo(request, app.url, third)).own).toBe("session");
});

for (const [what, change] of [
  ["password", "update account set password = 'x' where user_id = $1"],
  ["second factor", 'update "user" set two_factor_enabled = true where id = $1'],
] as const) {
  test(`a sign-in that has checked the old password does not get in once the ${what} was changed`, async ({
    app,
    request,
    database: { sql },
  }) => {
    const person = await addUser(sql, "operator");
    const signingIn = await sql.begin(async (transaction) => {
      await transaction`select 1 from "user" where id = ${person.id} for update`;
      const answer = request.post(`${app.url}/api/auth/sign-in/email`, { data: person, headers: { origin: app.url } });
      await expect.poll(() => sql`select 1 from pg_locks where not granted`).toHaveLength(1);
      await transaction.unsafe(change, [person.id]);
      return { answer };
    });
    expect((await signingIn.answer).status()).toBe(401);
    expect(await sql`select 1 from session where user_id = ${person.id} and expires_at > now()`).toHaveLength(0);
    expect(await sql`select 1 from known_devices where user_id = ${person.id}`).toHaveLength(0);
  });
}

test("a code at the sign-in page does not turn on a second factor that was begun inside the account", async ({
  app,
  request,
  database: { sql },
}) => {
  const { id, cookie, password } = await signInAs(sql, app.url, "viewer");
  const call = async (name: string, multipart: FormData | { 0: string }) => {
    const action = actionsOfBuild().find((found) => found.name.endsWith(`#${name}`));
    const headers = { cookie, origin: app.url, "next-action": action?.id ?? "" };
    return (await request.post(`${app.url}${action?.url}`, { headers, multipart, maxRedirects: 0 })).text();
  };
  const begun = await call("beginSecondFactor", { 0: JSON.stringify([password]) });
  const secret = /"secret":"(\w+)"/.exec(begun)?.[1] ?? "";
  await call("giveCode", formOf({ code: oneTimeCode(secret), factor: "totp", next: "/" }));
  expect(await sql`select two_factor_enabled from "user" where id = ${id}`).toEqual([{ two_factor_enabled: false }]);
});

test("all sessions of a person end when their role, password or second factor is changed by somebody else", async ({
  app,
  request,
  database: { sql },
}) => {
  test.slow();
  const admin = await addUser(sql, "administrator");
  for (const [reason, change] of [
    ["role", (id: string) => changeRole(id, "viewer")],
    ["second_factor", (id: string) => removeSecondFactor(id)],
    [
      "password",
      async (id: string) => {
        await issueLink({ userId: id, tokenHash: id, hours: 1, createdBy: admin.id });
        await redeemLink({ tokenHash: id, purpose: "reset", passwordHash: "x" });
      },
    ],
  ] as const) {
    const person = await signInAs(sql, app.url, "operator");
    const unconcerned = await signInAs(sql, app.url, "operator");
    await sql`update "user" set two_factor_enabled = true where id = ${person.id}`;
    await sql`insert into verification (id, identifier, value, expires_at)
      values (${person.id}, '2fa-begun', ${person.id}, now() + interval '10 minutes')`;
    await change(person.id);
    expect(await answersTo(request, app.url, person.cookie), reason).toEqual(ended(reason));
    expect(await answersTo(request, app.url, unconcerned.cookie), reason).toEqual(LIVE);
    if (reason !== "role") {
      expect(await sql`select 1 from verification where value = ${person.id}`, reason).toHaveLength(0);
    }
  }
});

test("sessions, links and pending sign-ins of a deactivated person end at once", async ({
  app,
  request,
  database: { sql },
}) => {
  const person = await signInAs(sql, app.url, "administrator");
  const invited = await addUser(sql, "viewer");
  const tokenHash = "hash-of-a-link";
  await issueLink({ userId: invited.id, tokenHash, hours: 1, createdBy: person.id });
  await issueLink({ userId: person.id, tokenHash: "hash-of-their-own", hours: 1, createdBy: person.id });
  await sql`insert into verification (id, identifier, value, expires_at)
    values ('pending', '2fa-begun', ${person.id}, now() + interval '10 minutes')`;
  expect(await deactivateUser(person.id)).toEqual({ ok: true });
  expect(await answersTo(request, app.url, person.cookie)).toEqual(ended("deactivated"));
  expect(
    await sql`select (select count(*)::integer from one_time_links) as links,
      (select count(*)::integer from verification where value = ${person.id}) as pending`,
  ).toEqual([{ links: 0, pending: 0 }]);
});
