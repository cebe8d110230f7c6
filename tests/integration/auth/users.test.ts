import { randomUUID } from "node:crypto";

import { hashPassword } from "better-auth/crypto";
import type postgres from "postgres";

import { admitAtSignIn, connectsAtSignIn } from "@/db/people/admission";
import { changeRole, deactivateUser, reactivateUser } from "@/db/people/changes";
import { inviteUser, issueLink, readLink, redeemLink, revokeInvitation } from "@/db/people/one-time-links";
import { listUsers } from "@/db/people/users";
import { hashToken, makeToken } from "@/lib/people/one-time-token";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

test.beforeEach(async ({ database: { sql } }) => {
  await sql`delete from rate_limit`;
  await sql`delete from "user" where email <> 'admin@callboard.example'`;
});

/** Makes all other users viewers, so that these are the only administrators. */
async function demoteAllExcept(sql: postgres.Sql, ids: string[]): Promise<void> {
  await sql`update "user" set role = 'viewer' where not (id = any(${ids}))`;
}

test("one administrator remains when all are demoted or deactivated at the same time", async ({
  database: { sql },
}) => {
  const people = await Promise.all(Array.from({ length: 8 }, () => addUser(sql, "administrator")));
  await demoteAllExcept(
    sql,
    people.map(({ id }) => id),
  );
  try {
    const answers = await Promise.all(
      people.map(({ id }, index) => (index % 2 === 0 ? changeRole(id, "viewer") : deactivateUser(id))),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(7);
    expect(answers.filter((answer) => !answer.ok && answer.reason === "lastAdministrator")).toHaveLength(1);
    const remaining = await sql`select id from "user" where role = 'administrator' and deactivated_at is null`;
    expect(remaining).toHaveLength(1);
  } finally {
    await sql`update "user" set role = 'administrator' where email = 'admin@callboard.example'`;
  }
});

test("a change of a user is rolled back if its audit event cannot be stored", async ({ database: { sql } }) => {
  const person = await addUser(sql, "viewer");
  const event = { actor: null, action: "user_changed", subject: person.email } as const;
  await sql`create function refuse_event() returns trigger language plpgsql as 'begin raise exception ''refused''; end'`;
  await sql`create trigger refuse_event before insert on audit_events for each row execute function refuse_event()`;
  try {
    await expect(changeRole(person.id, "administrator", event)).rejects.toThrow();
    await expect(deactivateUser(person.id, event)).rejects.toThrow();
    expect(await sql`select role, deactivated_at from "user" where id = ${person.id}`).toEqual([
      { role: "viewer", deactivated_at: null },
    ]);
  } finally {
    await sql`drop trigger refuse_event on audit_events`;
    await sql`drop function refuse_event()`;
  }
  expect(await changeRole(person.id, "operator", event)).toEqual({ ok: true });
  expect(await sql`select action from audit_events where subject = ${person.email}`).toEqual([
    { action: "user_changed" },
  ]);
});

test("the last active administrator cannot be demoted or deactivated, even if another one is invited", async ({
  database: { sql },
}) => {
  const only = await addUser(sql, "administrator");
  await demoteAllExcept(sql, [only.id]);
  try {
    await inviteUser({
      email: "later@callboard.example",
      name: "",
      role: "administrator",
      tokenHash: hashToken(makeToken()),
      hours: 72,
      invitedBy: only.id,
    });
    expect(await changeRole(only.id, "operator")).toEqual({ ok: false, reason: "lastAdministrator" });
    expect(await deactivateUser(only.id)).toEqual({ ok: false, reason: "lastAdministrator" });
  } finally {
    await sql`update "user" set role = 'administrator' where email = 'admin@callboard.example'`;
  }
});

test("a link works once, even for fifty concurrent requests, and only its hash is stored", async ({
  database: { sql },
}) => {
  const admin = await addUser(sql, "administrator");
  const token = makeToken();
  const invited = await inviteUser({
    email: "Sara@Callboard.example",
    name: "",
    role: "operator",
    tokenHash: hashToken(token),
    hours: 72,
    invitedBy: admin.id,
  });
  expect(invited.ok).toBe(true);
  expect(await readLink(hashToken(token))).toEqual({
    purpose: "invite",
    name: "",
    email: "sara@callboard.example",
    role: "operator",
    from: "A administrator",
  });
  const [row] =
    await sql`select to_jsonb(l) as row, (expires_at - now()) > interval '71 hours' as long from one_time_links l`;
  expect(JSON.stringify(row?.["row"])).not.toContain(token);
  expect(row?.["long"]).toBe(true);

  const passwordHash = await hashPassword("a password of my own");
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      redeemLink({ tokenHash: hashToken(token), purpose: "invite", passwordHash, name: "Sara" }),
    ),
  );
  expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
  expect(await readLink(hashToken(token))).toBeNull();
  expect((await listUsers()).find(({ email }) => email === "sara@callboard.example")).toMatchObject({
    name: "Sara",
    role: "operator",
    state: "active",
    hasPassword: true,
    linkExpiresAt: null,
  });
});

test("expired, replaced and revoked links do not work, nor does a link for another purpose", async ({
  database: { sql },
}) => {
  const admin = await addUser(sql, "administrator");
  const person = await addUser(sql, "viewer");
  const issue = async () => {
    const token = makeToken();
    await issueLink({ userId: person.id, tokenHash: hashToken(token), hours: 72, createdBy: admin.id });
    return hashToken(token);
  };
  const first = await issue();
  const second = await issue();
  expect(await readLink(first)).toBeNull();
  expect(await readLink(second)).toMatchObject({ purpose: "reset", email: person.email });
  expect(await redeemLink({ tokenHash: second, purpose: "invite", passwordHash: "x" })).toBeNull();
  await sql`update one_time_links set expires_at = now() - interval '1 second'`;
  expect(await readLink(second)).toBeNull();
  expect(await redeemLink({ tokenHash: second, purpose: "reset", passwordHash: "x" })).toBeNull();

  const third = await issue();
  await deactivateUser(person.id);
  expect(await readLink(third)).toBeNull();
  expect(await issueLink({ userId: person.id, tokenHash: first, hours: 72, createdBy: admin.id })).toBeNull();
  await reactivateUser(person.id);
  expect(await readLink(third)).toBeNull();

  const token = hashToken(makeToken());
  const answer = await inviteUser({
    email: "gone@callboard.example",
    name: "",
    role: "viewer",
    tokenHash: token,
    hours: 72,
    invitedBy: admin.id,
  });
  expect(answer.ok && (await revokeInvitation(answer.id))).toBe(true);
  expect(await readLink(token)).toBeNull();
  expect(await revokeInvitation(person.id)).toBe(false);
});

for (const end of ["deactivated", "demoted"] as const) {
  test(`a link no longer works after its issuer was ${end}`, async ({ database: { sql } }) => {
    const issuer = await addUser(sql, "administrator");
    const person = await addUser(sql, "viewer");
    const tokenHash = hashToken(makeToken());
    const issue = () => issueLink({ userId: person.id, tokenHash, hours: 72, createdBy: issuer.id });
    const redeemed = () => redeemLink({ tokenHash, purpose: "reset", passwordHash: "x" });
    await issue();
    expect(await readLink(tokenHash)).not.toBeNull();
    const answer = end === "deactivated" ? await deactivateUser(issuer.id) : await changeRole(issuer.id, "operator");
    expect(answer).toEqual({ ok: true });
    expect(await readLink(tokenHash)).toBeNull();
    expect(await sql`select 1 from one_time_links`).toHaveLength(0);
    // A link that was stored at the same time does not work either.
    await issue();
    expect(await readLink(tokenHash)).toBeNull();
    expect(await redeemed()).toBeNull();
    await sql`update "user" set deactivated_at = null, role = 'administrator' where id = ${issuer.id}`;
    expect(await redeemed()).toMatchObject({ id: person.id });
  });
}

test("single sign-on connects itself only to users who lose no protection, and only a valid invitation admits anyone", async ({
  database: { sql },
}) => {
  const admin = await addUser(sql, "administrator");
  const invite = async () => {
    const token = randomUUID();
    const values = { email: `${token}@x.example`, name: "", role: "viewer", tokenHash: token, hours: 1 } as const;
    const invited = await inviteUser({ ...values, invitedBy: admin.id });
    return { id: invited.ok ? invited.id : "", token };
  };
  const addBare = async () => {
    const { id } = await addUser(sql, "viewer");
    await sql`delete from account where user_id = ${id}`;
    return id;
  };
  const make: Record<string, () => Promise<string>> = {
    bare: addBare,
    factor: async () => {
      const id = await addBare();
      await sql`update "user" set two_factor_enabled = true where id = ${id}`;
      return id;
    },
    password: async () => (await addUser(sql, "viewer")).id,
    deactivated: async () => {
      const id = await addBare();
      await deactivateUser(id);
      return id;
    },
    nobody: async () => randomUUID(),
    invited: async () => (await invite()).id,
    late: async () => {
      const { id, token } = await invite();
      await sql`update one_time_links set expires_at = now() - interval '197 days' where token_hash = ${token}`;
      return id;
    },
    orphaned: async () => {
      const { id, token } = await invite();
      const former = await addUser(sql, "administrator");
      await sql`update one_time_links set created_by = ${former.id} where token_hash = ${token}`;
      await sql`update "user" set deactivated_at = now() where id = ${former.id}`;
      return id;
    },
    "only with a link to a new password": async () => {
      const { id, token } = await invite();
      await sql`update one_time_links set purpose = 'reset' where token_hash = ${token}`;
      return id;
    },
  };
  const found: Record<string, unknown> = {};
  for (const [who, add] of Object.entries(make)) {
    const id = await add();
    const connects = await connectsAtSignIn(id);
    const admitted = await admitAtSignIn(id, { isByPassword: false });
    found[who] = [connects, admitted.ok ? "admitted" : admitted.reason];
  }
  expect(found).toEqual({
    bare: ["bare", "admitted"],
    factor: ["protected", "admitted"],
    password: ["protected", "admitted"],
    deactivated: ["deactivated", "deactivated"],
    nobody: ["deactivated", "deactivated"],
    invited: ["invited", "admitted"],
    late: ["uninvited", "uninvited"],
    orphaned: ["uninvited", "uninvited"],
    "only with a link to a new password": ["uninvited", "uninvited"],
  });
});

test("an e-mail is invited once, in upper or lower case", async ({ database: { sql } }) => {
  const admin = await addUser(sql, "administrator");
  const invite = (email: string) =>
    inviteUser({ email, name: "", role: "viewer", tokenHash: randomUUID(), hours: 72, invitedBy: admin.id });
  const answers = await Promise.all(["a@x.example", "A@x.example", "a@X.example"].map(invite));
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await invite(admin.email.toUpperCase())).toEqual({ ok: false, reason: "exists" });
});

test("row 53: a deactivated user is signed out on the next request and cannot sign in", async ({
  app,
  request,
  database: { sql },
}) => {
  const person = await addUser(sql, "operator");
  const cookies = await signIn(app.url, person);
  const cookie = cookieHeader(cookies);
  const getAccount = () => request.get(`${app.url}/settings/account`, { maxRedirects: 0, headers: { cookie } });
  expect((await getAccount()).status()).toBe(200);

  // `deactivated_at` must suffice without deleting the session, because another session may start at the same time.
  await sql`update "user" set deactivated_at = now() where id = ${person.id}`;
  expect((await getAccount()).status()).toBe(307);
  const session = await request.get(`${app.url}/api/auth/get-session`, { headers: { cookie } });
  expect(await session.json()).toBeNull();
  await sql`update "user" set deactivated_at = null where id = ${person.id}`;
  expect((await getAccount()).status()).toBe(200);

  expect(await deactivateUser(person.id)).toEqual({ ok: true });
  expect(await sql`select 1 from session where user_id = ${person.id} and expires_at > now()`).toHaveLength(0);
  expect((await getAccount()).status()).toBe(307);
  const again = await request.post(`${app.url}/api/auth/sign-in/email`, {
    data: person,
    headers: { origin: app.url },
  });
  expect([again.status(), ((await again.json()) as { code: string }).code]).toEqual([403, "DEACTIVATED"]);
  expect(again.headers()["set-cookie"] ?? "").not.toMatch(/session_token=[^;]/);
  expect(await sql`select 1 from session where user_id = ${person.id} and expires_at > now()`).toHaveLength(0);

  // A sign-in that was under way is of no use later either.
  await sql`insert into session (id, token, expires_at, user_id)
    values ('during', 'during', now() + interval '1 day', ${person.id})`;
  await reactivateUser(person.id);
  expect(await sql`select 1 from session where user_id = ${person.id} and expires_at > now()`).toHaveLength(0);
  expect((await getAccount()).status()).toBe(307);
  await signIn(app.url, person);
});

test("row 53: a changed role takes effect on the next request, which needs a new session", async ({
  app,
  request,
  database: { sql },
}) => {
  const person = await addUser(sql, "administrator");
  await addUser(sql, "administrator");
  const statusOfPage = async (cookie: string) =>
    (await request.get(`${app.url}/settings/users`, { maxRedirects: 0, headers: { cookie } })).status();
  const cookie = cookieHeader(await signIn(app.url, person));
  expect(await statusOfPage(cookie)).toBe(200);
  // Written by anything else, such as a restore, the role holds at once too.
  await sql`update "user" set role = 'viewer' where id = ${person.id}`;
  expect(await statusOfPage(cookie)).toBe(403);
  await sql`update "user" set role = 'administrator' where id = ${person.id}`;
  expect(await changeRole(person.id, "operator")).toEqual({ ok: true });
  expect(await statusOfPage(cookie)).toBe(307);
  expect(await statusOfPage(cookieHeader(await signIn(app.url, person)))).toBe(403);
});

test("sign-ins, failures and sign-outs are recorded; text typed as an e-mail that is not one is not", async ({
  app,
  request,
  database: { sql },
}) => {
  const person = await addUser(sql, "viewer");
  const post = (path: string, data: object, cookie?: string) =>
    request.post(`${app.url}${path}`, { data, headers: { origin: app.url, ...(cookie ? { cookie } : {}) } });
  await post("/api/auth/sign-in/email", { email: person.email, password: "not the password" });
  await post("/api/auth/sign-in/email", { email: "my secret password", password: "not the password" });
  const cookie = cookieHeader(await signIn(app.url, person));
  await post("/api/auth/sign-out", {}, cookie);
  const rows = await sql`select action, actor_email, subject, detail from audit_events
    where actor_email = ${person.email} or subject = ${person.email} order by at, action desc`;
  expect([...rows]).toEqual([
    { action: "sign_in_failed", actor_email: null, subject: person.email, detail: { by: "password" } },
    { action: "sign_in", actor_email: person.email, subject: null, detail: { by: "password" } },
    { action: "sign_out", actor_email: person.email, subject: null, detail: null },
  ]);
  expect(await sql`select 1 from audit_events where subject ilike '%secret%'`).toHaveLength(0);
});
