import type { APIRequestContext } from "@playwright/test";
import type postgres from "postgres";

import { saveSecondFactorRule, saveSingleSignOnOnly } from "@/db/organization/security";
import { disconnectSingleSignOn } from "@/db/people/changes";
import { inviteUser } from "@/db/people/one-time-links";
import { listUsers } from "@/db/people/users";
import { hashToken, makeToken } from "@/lib/people/one-time-token";
import type { Role } from "@/lib/people/role";
import { actionsOfBuild } from "@/tests/fixtures/build";
import { formOf } from "@/tests/fixtures/form";
import { cookieHeader, isSignedIn, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
  await sql`delete from "user" where email <> 'admin@callboard.example'`;
  await sql`delete from organization`;
});

test.afterAll(async ({ database: { sql } }) => {
  await sql`delete from organization`;
});

const event = { actor: null, action: "settings_changed" } as const;

/** Submits a form to an action. Returns why it was refused, or "done". */
async function act(
  client: APIRequestContext,
  { url: origin }: { url: string },
  { name, cookie = "", fields = { name: "x" } }: { name: string; cookie?: string; fields?: Record<string, string> },
): Promise<string> {
  const action = actionsOfBuild().find((built) => built.name === name);
  const answer = await client.post(`${origin}${action?.url}`, {
    headers: { cookie, origin, "next-action": action?.id ?? "" },
    multipart: formOf(fields),
  });
  // The messages of a page that is rendered again have such names too, with values that begin with a capital.
  return /"reason":"([a-z]\w*)"/.exec(await answer.text())?.[1] ?? "done";
}

async function connect(sql: postgres.Sql, { id }: { id: string }): Promise<void> {
  await sql`insert into account (id, account_id, provider_id, user_id) values (${`sso-${id}`}, ${id}, 'oidc', ${id})`;
}

test("anyone who lacks a required second factor is led to set it up, before every page, route handler and action", async ({
  app,
  request,
  database: { sql },
}) => {
  test.slow();
  const people = {
    viewer: await addUser(sql, "viewer"),
    administrator: await addUser(sql, "administrator"),
    withFactor: await addUser(sql, "administrator"),
    withoutPassword: await addUser(sql, "administrator"),
  };
  const cookies = new Map<string, string>();
  for (const [who, person] of Object.entries(people)) {
    cookies.set(who, cookieHeader(await signIn(app.url, person)));
  }
  await sql`update "user" set two_factor_enabled = true where id = ${people.withFactor.id}`;
  await sql`update account set provider_id = 'oidc' where user_id = ${people.withoutPassword.id}`;

  const answersFor = async (who: string) => {
    const cookie = cookies.get(who) ?? "";
    const get = (path: string) => request.get(`${app.url}${path}`, { maxRedirects: 0, headers: { cookie } });
    const page = await get("/calls?outcome=failed");
    return {
      page: page.headers()["location"] ?? page.status(),
      overview: (await get("/")).status(),
      handler: (await get("/calls/export.csv")).status(),
      action: await act(request, app, { name: "settings/account/actions#saveName", cookie }),
      setUp: (await get("/second-factor")).status(),
      begin: await act(request, app, { name: "settings/account/actions#beginSecondFactor", cookie }),
    };
  };
  const lacking = {
    page: `/second-factor?next=${encodeURIComponent("/calls?outcome=failed")}`,
    overview: 307,
    handler: 403,
    action: "secondFactorFirst",
    setUp: 200,
    begin: "unavailable",
  };
  // The action refuses the input, as it has no password, but not the person.
  const free = { page: 200, overview: 200, handler: 200, action: "done", setUp: 200, begin: "unavailable" };
  const freeViewer = { ...free, handler: 403 };
  const all = async () => ({
    viewer: await answersFor("viewer"),
    administrator: await answersFor("administrator"),
    withFactor: await answersFor("withFactor"),
    withoutPassword: await answersFor("withoutPassword"),
  });
  expect(await all()).toEqual({ viewer: freeViewer, administrator: free, withFactor: free, withoutPassword: free });
  const by = { id: people.withFactor.id, event };
  expect(await saveSecondFactorRule("administrators", by)).toEqual({ ok: true });
  expect(await all()).toEqual({ viewer: freeViewer, administrator: lacking, withFactor: free, withoutPassword: free });
  expect(await saveSecondFactorRule("everyone", by)).toEqual({ ok: true });
  expect(await all()).toEqual({ viewer: lacking, administrator: lacking, withFactor: free, withoutPassword: free });
  // A person who has one cannot turn it off, whatever the page offers.
  const turnOff = {
    name: "settings/account/actions#turnSecondFactorOff",
    cookie: cookies.get("withFactor") ?? "",
    fields: { password: people.withFactor.password },
  };
  expect(await act(request, app, turnOff)).toBe("secondFactorRequiredHere");
  expect(await sql`select 1 from "user" where id = ${people.withFactor.id} and two_factor_enabled`).toHaveLength(1);
  // A password that is of no use needs no second factor.
  await sql`update organization set single_sign_on_only = true`;
  expect((await all()).viewer).toEqual(freeViewer);
  expect((await all()).administrator).toEqual(lacking);
});

test("an administrator without a second factor cannot require one, and one without single sign-on cannot make it the only way", async ({
  database: { sql },
}) => {
  const admin = await addUser(sql, "administrator");
  const by = { id: admin.id, event };
  expect(await saveSecondFactorRule("administrators", by)).toEqual({ ok: false, reason: "ownFactor" });
  expect(await saveSecondFactorRule("everyone", by)).toEqual({ ok: false, reason: "ownFactor" });
  expect(await saveSingleSignOnOnly(true, by)).toEqual({ ok: false, reason: "ownConnection" });
  expect(await sql`select 1 from organization`).toHaveLength(0);
  await sql`update "user" set two_factor_enabled = true where id = ${admin.id}`;
  await connect(sql, admin);
  expect(await saveSecondFactorRule("everyone", by)).toEqual({ ok: true });
  expect(await saveSingleSignOnOnly(true, by)).toEqual({ ok: true });
  expect(await sql`select second_factor_rule, single_sign_on_only from organization`).toEqual([
    { second_factor_rule: "everyone", single_sign_on_only: true },
  ]);
  expect(await sql`select 1 from audit_events where action = 'settings_changed' and actor_id is null`).not.toEqual([]);
});

test("with single sign-on only, passwords are refused except those of administrators, also directly at better-auth", async ({
  app,
  request,
  database: { sql },
}) => {
  const admin = await addUser(sql, "administrator");
  const operator = await addUser(sql, "operator");
  await connect(sql, admin);
  await connect(sql, operator);
  const before = { admin: await signIn(app.url, admin), operator: await signIn(app.url, operator) };
  // This application has no identity provider: nobody but administrators could sign in any more.
  const name = "settings/security/actions#setSingleSignOnOnly";
  expect(await act(request, app, { name, cookie: cookieHeader(before.admin), fields: { on: "true" } })).toBe(
    "unavailable",
  );
  expect(await sql`select 1 from organization where single_sign_on_only`).toHaveLength(0);
  const post = async ({ email, password }: { email: string; password: string }) => {
    const answer = await request.post(`${app.url}/api/auth/sign-in/email`, {
      data: { email, password },
      headers: { origin: app.url },
    });
    return [answer.status(), ((await answer.json()) as { code?: string }).code];
  };
  await saveSingleSignOnOnly(true, { id: admin.id, event });
  expect(await isSignedIn(sql, before.operator)).toBe(false);
  expect(await isSignedIn(sql, before.admin)).toBe(true);
  expect(await post(operator)).toEqual([403, "SINGLE_SIGN_ON_ONLY"]);
  expect(await sql`select 1 from session where user_id = ${operator.id} and expires_at > now()`).toHaveLength(0);
  expect(await post(admin)).toEqual([200, undefined]);
  // A wrong password gets the same answer as before: nothing tells whose password would do.
  const wrong = await post({ ...operator, password: "not the password" });
  expect(wrong).toEqual(await post({ email: "nobody@callboard.example", password: "not the password" }));
  expect(wrong).toEqual(await post({ ...admin, password: "not the password" }));

  // A link to choose a password says so in place of its form, and to anyone who sends the form all the same.
  const open = async (role: Role) => {
    const token = makeToken();
    const email = `${role}@invited.example`;
    await inviteUser({ email, name: "", role, tokenHash: hashToken(token), hours: 1, invitedBy: admin.id });
    const page = await request.get(`${app.url}/invite/${token}`, { headers: { "accept-language": "en" } });
    const fields = { token, purpose: "invite", name: "Invited", password: "a long enough sentence" };
    return {
      form: (await page.text()).includes('name="password"'),
      answer: await act(request, app, { name: "_link/actions#redeem", fields }),
    };
  };
  expect(await open("viewer")).toEqual({ form: false, answer: "singleSignOnOnly" });
  expect(await open("administrator")).toEqual({ form: true, answer: "done" });
  expect(
    await sql`select email from "user" join account on account.user_id = "user".id
    where email like '%@invited.example'`,
  ).toEqual([{ email: "administrator@invited.example" }]);

  await saveSingleSignOnOnly(false, { id: admin.id, event });
  expect(await post(operator)).toEqual([200, undefined]);
});

test("single sign-on is not disconnected from a user who could not sign in without it; other sessions end with it", async ({
  database: { sql },
}) => {
  const admin = await addUser(sql, "administrator");
  const operator = await addUser(sql, "operator");
  const bare = await addUser(sql, "viewer");
  await sql`delete from account where user_id = ${bare.id}`;
  for (const person of [admin, operator, bare]) {
    await connect(sql, person);
  }
  const disconnect = ({ id }: { id: string }) => disconnectSingleSignOn(id, { except: "", event });
  const onlyWay = { ok: false, reason: "onlyWay" };
  expect(await disconnect(bare)).toEqual(onlyWay);
  await sql`insert into organization (single_sign_on_only) values (true)`;
  expect(await disconnect(operator)).toEqual(onlyWay);
  expect(await disconnect(admin)).toEqual({ ok: true });
  await sql`update organization set single_sign_on_only = false`;
  await sql`insert into session (id, token, expires_at, user_id) values
    ('own', 'own', now() + interval '1 day', ${operator.id}), ('other', 'other', now() + interval '1 day', ${operator.id})`;
  expect(await disconnectSingleSignOn(operator.id, { except: "own", event })).toEqual({ ok: true });
  expect(await sql`select id, end_reason from session where user_id = ${operator.id} order by id desc`).toEqual([
    { id: "own", end_reason: null },
    { id: "other", end_reason: "single_sign_on" },
  ]);
  expect(await disconnect(operator)).toEqual({ ok: false, reason: "gone" });
  expect(await sql`select user_id from account where provider_id = 'oidc'`).toEqual([{ user_id: bare.id }]);
});

test("the list of users shows an invitation that has expired, or whose issuer is no administrator, as ended", async ({
  database: { sql },
}) => {
  const admin = await addUser(sql, "administrator");
  for (const email of ["valid", "expired", "orphaned"].map((name) => `${name}@invited.example`)) {
    await inviteUser({ email, name: "", role: "viewer", tokenHash: email, hours: 72, invitedBy: admin.id });
  }
  const other = await addUser(sql, "operator");
  await sql`update one_time_links set expires_at = now() where token_hash like 'expired%'`;
  await sql`update one_time_links set created_by = ${other.id} where token_hash like 'orphaned%'`;
  const invited = (await listUsers()).filter(({ state }) => state === "invited");
  expect(invited.map(({ email, linkExpiresAt }) => [email, linkExpiresAt !== null])).toEqual([
    ["expired@invited.example", false],
    ["orphaned@invited.example", false],
    ["valid@invited.example", true],
  ]);
});
