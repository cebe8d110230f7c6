import type postgres from "postgres";

import { type Role, ROLES } from "@/lib/people/role";
import { actionsOfBuild, routesOfBuild } from "@/tests/fixtures/build";
import { cookieHeader, signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";
import { addUser } from "@/tests/fixtures/users";

/**
 * Every route and every action of the build, with the least role that may use it. A test fails if the build and these tables differ, so
 * that access is stated here for each new route and action.
 */

type Access = "open" | Role;

const ROUTES: Record<string, Access> = {
  "/page": "viewer",
  "/calls/page": "viewer",
  "/calls/[callId]/page": "viewer",
  "/calls/[callId]/recording/route": "operator",
  "/calls/[callId]/deliveries/[deliveryId]/route": "operator",
  "/calls/[callId]/answers/[answerId]/route": "operator",
  "/calls/export.csv/route": "operator",
  "/deliveries/page": "operator",
  "/deliveries/[id]/page": "operator",
  "/deliveries/[id]/body/route": "operator",
  // Redirects everyone except administrators to their account.
  "/settings/page": "viewer",
  "/settings/account/page": "viewer",
  "/notices/page": "viewer",
  "/settings/users/page": "administrator",
  "/settings/security/page": "administrator",
  "/settings/vendor/page": "administrator",
  "/settings/import/page": "administrator",
  "/settings/import/[id]/page": "administrator",
  "/settings/import/[id]/result.csv/route": "administrator",
  "/settings/privacy/page": "administrator",
  "/settings/privacy/erasures/[id]/route": "administrator",
  "/settings/privacy/held-data/route": "administrator",
  "/settings/audit/page": "administrator",
  "/settings/audit/export.csv/route": "administrator",
  "/.well-known/security.txt/route": "open",
  "/sign-in/page": "open",
  "/sign-in/code/page": "open",
  "/sign-in/sso/route": "open",
  "/second-factor/page": "viewer",
  "/setup/page": "open",
  "/no-scripts/route": "open",
  "/invite/[token]/page": "open",
  "/reset/[token]/page": "open",
  "/api/auth/[...all]/route": "open",
  "/api/session/route": "viewer",
  "/api/health/route": "open",
  // Protected by a secret instead of a session.
  "/api/jobs/route": "open",
  "/webhooks/sarj/[secret]/route": "open",
  "/webhooks/[[...rest]]/route": "open",
  "/favicon.ico/route": "open",
  "/icon.svg/route": "open",
  "/_not-found/page": "open",
  "/_global-error/page": "open",
};

/** Keyed by folder and name. */
const ACTIONS: Record<string, Access> = {
  "sign-in/actions#signIn": "open",
  "sign-in/code/actions#giveCode": "open",
  "setup/actions#setUp": "open",
  "_link/actions#redeem": "open",
  // Signing out needs no session.
  "sign-out#signOut": "open",
  "notices/actions#readNotices": "viewer",
  "calls/[callId]/actions#decideOnCall": "operator",
  "calls/[callId]/actions#undoDecision": "operator",
  "calls/[callId]/actions#fetchCallAgain": "operator",
  "calls/[callId]/actions#revealNumber": "operator",
  "calls/[callId]/actions#markCallAsTest": "administrator",
  "deliveries/actions#replaySelection": "operator",
  "deliveries/actions#replayReason": "administrator",
  "deliveries/actions#retryFailedCalls": "operator",
  "deliveries/actions#rereadEverything": "administrator",
  "deliveries/actions#retryDamaged": "administrator",
  "deliveries/actions#deleteDamaged": "administrator",
  "settings/actions#updateOrganization": "administrator",
  "settings/vendor/actions#revealWebhook": "administrator",
  "settings/vendor/actions#sendTestCall": "administrator",
  "settings/vendor/actions#testApi": "administrator",
  "settings/import/actions#beginImport": "administrator",
  "settings/import/actions#addToImport": "administrator",
  "settings/import/actions#stopImport": "administrator",
  "settings/import/actions#resumeImport": "administrator",
  "settings/audit/actions#previewAuditRule": "administrator",
  "settings/audit/actions#applyAuditRule": "administrator",
  "settings/privacy/actions#previewRetentionRules": "administrator",
  "settings/privacy/actions#applyRetention": "administrator",
  "settings/privacy/actions#setMasking": "administrator",
  "settings/privacy/actions#lookUpHeldData": "administrator",
  "settings/privacy/actions#previewNumberErasure": "administrator",
  "settings/privacy/actions#beginErasure": "administrator",
  "settings/security/actions#saveSecondFactor": "administrator",
  "settings/security/actions#setSingleSignOnOnly": "administrator",
  "settings/security/actions#saveLimits": "administrator",
  "settings/users/actions#invite": "administrator",
  "settings/users/actions#makeLink": "administrator",
  "settings/users/actions#revoke": "administrator",
  "settings/users/actions#setRole": "administrator",
  "settings/users/actions#deactivate": "administrator",
  "settings/users/actions#reactivate": "administrator",
  "settings/users/actions#signOutEverywhere": "administrator",
  "settings/users/actions#resetSecondFactor": "administrator",
  "settings/account/actions#saveName": "viewer",
  "settings/account/actions#changePassword": "viewer",
  "settings/account/actions#beginSecondFactor": "viewer",
  "settings/account/actions#confirmSecondFactor": "viewer",
  "settings/account/actions#turnSecondFactorOff": "viewer",
  "settings/account/actions#makeBackupCodes": "viewer",
  "settings/account/actions#forgetOwnDevice": "viewer",
  "settings/account/single-sign-on-actions#connectSingleSignOn": "viewer",
  "settings/account/single-sign-on-actions#disconnectSingleSignOn": "viewer",
  "settings/account/actions#endOwnSession": "viewer",
  "settings/account/actions#endOtherSessions": "viewer",
  "settings/account/actions#signOutEverywhere": "viewer",
};

test("the tables of this file list exactly the routes and actions of the build", () => {
  expect(
    routesOfBuild()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(Object.keys(ROUTES).toSorted());
  expect(
    actionsOfBuild()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(Object.keys(ACTIONS).toSorted());
});

/** Returns cookies of a user of each role, of an expired session and of a deactivated user. */
async function cookiesOfAll(url: string, sql: postgres.Sql): Promise<Map<string, string>> {
  await sql`delete from rate_limit`;
  const cookies = new Map<string, string>();
  for (const who of [...ROLES, "expired", "deactivated"] as const) {
    const person = await addUser(sql, who === "expired" || who === "deactivated" ? "administrator" : who);
    cookies.set(who, cookieHeader(await signIn(url, person)));
    if (who === "expired") {
      await sql`update session set expires_at = now() - interval '1 second' where user_id = ${person.id}`;
    } else if (who === "deactivated") {
      await sql`update "user" set deactivated_at = now() where id = ${person.id}`;
    }
  }
  return cookies;
}

test("row 53: every route admits exactly the roles listed for it, and refuses missing and expired sessions and deactivated users", async ({
  app,
  request,
  database: { sql },
}) => {
  test.slow();
  const cookies = await cookiesOfAll(app.url, sql);
  const wrong: unknown[] = [];
  for (const { name, url, isPage, hasId } of routesOfBuild()) {
    const access = ROUTES[name];
    if (access === undefined || access === "open") {
      continue;
    }
    const getAs = async (who: string | null) => {
      const cookie = who === null ? undefined : cookies.get(who);
      const answer = await request.get(`${app.url}${url}`, {
        maxRedirects: 0,
        headers: cookie === undefined ? {} : { cookie },
      });
      return { status: answer.status(), location: answer.headers()["location"] ?? "" };
    };
    for (const who of [null, "expired", "deactivated"]) {
      const { status, location } = await getAs(who);
      if (isPage ? status !== 307 || !location.startsWith("/sign-in") : status !== 401) {
        wrong.push({ name, who, status, location });
      }
    }
    for (const role of ROLES) {
      const { status, location } = await getAs(role);
      const allowed = ROLES.indexOf(role) >= ROLES.indexOf(access);
      // No object has this id, so a permitted role gets a 404.
      const right = allowed
        ? status < 500 && ![401, 403].includes(status) && !location.startsWith("/sign-in") && (!hasId || status === 404)
        : status === 403;
      if (!right) {
        wrong.push({ name, who: role, status, location });
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("rows 53 and 55: every action refuses missing sessions, lower roles and other sites, and changes nothing", async ({
  app,
  request,
  database: { sql },
}) => {
  test.slow();
  const cookies = await cookiesOfAll(app.url, sql);
  const state = () => sql`select
    (select md5(string_agg(to_jsonb(u)::text, '' order by id)) from "user" u) as users,
    (select md5(string_agg(to_jsonb(a)::text, '' order by id)) from account a) as accounts,
    (select count(*) from session) as sessions, (select count(*) from one_time_links) as links,
    (select count(*) from two_factor) as factors, (select count(*) from reviews) as reviews,
    (select count(*) from imports) as imports, (select count(*) from deliveries) as deliveries,
    (select md5(string_agg(to_jsonb(o)::text, '')) from organization o) as organization`;
  const before = await state();
  const act = async (action: { id: string; url: string }, who: string | null, origin: string | null) => {
    const cookie = who === null ? undefined : cookies.get(who);
    const answer = await request.post(`${app.url}${action.url}`, {
      maxRedirects: 0,
      headers: {
        "next-action": action.id,
        ...(origin === null ? {} : { origin }),
        ...(cookie === undefined ? {} : { cookie }),
      },
      // React calls a form's action with the previous state and the form.
      multipart: { "0": '[{"values":{},"errors":{},"saved":0},"$K1"]', _1_name: "x" },
    });
    return { status: answer.status(), text: await answer.text() };
  };
  const wrong: unknown[] = [];
  const expectReason = (name: string, who: string | null, answer: { status: number; text: string }, reason: string) => {
    if (!answer.text.includes(`"${reason}"`)) {
      wrong.push({ name, who, status: answer.status, text: answer.text.slice(0, 200) });
    }
  };
  for (const action of actionsOfBuild()) {
    const access = ACTIONS[action.name];
    if (access === undefined || access === "open") {
      continue;
    }
    for (const who of [null, "expired", "deactivated"]) {
      expectReason(action.name, who, await act(action, who, app.url), "signedOut");
    }
    for (const role of ROLES.slice(0, ROLES.indexOf(access))) {
      expectReason(action.name, role, await act(action, role, app.url), "forbidden");
    }
    // `proxy.ts` refuses another site, a missing origin, and the `null` origin of a sandboxed frame.
    for (const origin of [null, "null", "https://evil.example"]) {
      const answer = await act(action, "administrator", origin);
      if (answer.status !== 403) {
        wrong.push({ name: action.name, origin, status: answer.status, text: answer.text.slice(0, 200) });
      }
    }
  }
  expect(wrong).toEqual([]);
  // The number of sessions changes, because using an expired session deletes it.
  const [{ sessions: _, ...after } = {}] = await state();
  const [{ sessions: __, ...unchanged } = {}] = before;
  expect(after).toEqual(unchanged);
});

test("row 54: internal headers and parameters of Next give no access to a route", async ({ app, request }) => {
  const wrong: unknown[] = [];
  for (const { name, url, isPage } of routesOfBuild()) {
    if (ROUTES[name] === "open") {
      continue;
    }
    for (const headers of [
      { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
      { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
      { rsc: "1", "next-router-prefetch": "1" },
    ] as Record<string, string>[]) {
      const get = (path: string) => request.get(new URL(path, app.url).href, { maxRedirects: 0, headers });
      let answer = await get(`${url}?_rsc=1nq2x&nxtPcallId=x&nxtPid=x`);
      if (answer.status() === 307 && answer.headers()["location"]?.startsWith(`${url}?`)) {
        // Next redirects, because `_rsc` is not the hash of these headers.
        answer = await get(answer.headers()["location"] ?? "");
      }
      const text = await answer.text();
      // The response to a prefetch contains the names of the folders, but no element of the page.
      const isEmpty = /^\d+:\[\["children"/.test(text) && !text.includes('["$",') && !/^\w+:I\[/m.test(text);
      const refused = isPage
        ? answer.status() === 307 || text.includes("NEXT_REDIRECT") || isEmpty
        : answer.status() === 401;
      if (!refused) {
        wrong.push({ name, headers, status: answer.status() });
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("row 56: sign-in takes the same time and gives the same message for known, unknown and invited e-mails", async ({
  app,
  request,
  database: { sql },
}) => {
  test.slow();
  const known = await addUser(sql, "viewer");
  const invited = `invited.${known.email}`;
  await sql`insert into "user" (id, name, email, email_verified, activated_at) values (${invited}, '', ${invited}, true, null)`;
  const times = new Map<string, number[]>();
  const answers = new Set<string>();
  for (let round = 0; round < 15; round += 1) {
    await sql`delete from rate_limit`;
    for (const email of [known.email, "nobody@callboard.example", invited]) {
      const began = performance.now();
      const answer = await request.post(`${app.url}/api/auth/sign-in/email`, {
        data: { email, password: "not the password" },
        headers: { origin: app.url },
      });
      answers.add(`${answer.status()} ${await answer.text()}`);
      times.set(email, [...(times.get(email) ?? []), performance.now() - began]);
    }
  }
  const medians = [...times.values()].map((list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0);
  expect(answers.size).toBe(1);
  // Without hashing a password for an unknown e-mail, the answer would be several times faster.
  expect(Math.max(...medians) / Math.min(...medians), medians.map(Math.round).join(", ")).toBeLessThan(1.6);
});
