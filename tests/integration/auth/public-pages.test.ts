import { readFileSync } from "node:fs";
import { join } from "node:path";

import { startApp } from "@/tests/fixtures/app";
import { BUILD } from "@/tests/fixtures/build";
import { allowConnections, createDatabase } from "@/tests/fixtures/database";
import { signIn } from "@/tests/fixtures/sign-in";
import { expect, test } from "@/tests/fixtures/test";

/** The routes that need no session. */
const OPEN = new Set([
  "/(public)/sign-in/page",
  "/(public)/sign-in/code/page",
  "/(public)/sign-in/sso/route",
  "/(public)/invite/[token]/page",
  "/(public)/reset/[token]/page",
  "/(public)/setup/page",
  "/no-scripts/route",
  "/.well-known/security.txt/route",
  "/_not-found/page",
  "/_global-error/page",
  "/favicon.ico/route",
  "/icon.svg/route",
  "/api/auth/[...all]/route",
  "/api/health/route",
  // Protected by a secret instead of a session.
  "/api/jobs/route",
  "/webhooks/sarj/[secret]/route",
  "/webhooks/[[...rest]]/route",
]);

/** The routes of the build that need a session: the file in `app/`, and the URL with its parameters filled in. */
function routes(): { file: string; url: string; isPage: boolean }[] {
  const manifest = JSON.parse(readFileSync(join(BUILD, "app-path-routes-manifest.json"), "utf8")) as Record<
    string,
    string
  >;
  return (
    Object.entries(manifest)
      // An intercepting route has the URL of the page that it replaces.
      .filter(([file]) => !OPEN.has(file) && !/\/\(\.+\)/.test(file))
      .map(([file, path]) => ({
        file,
        url: path.replaceAll(/\[[^\]]+\]+/g, "unknown"),
        isPage: file.endsWith("/page"),
      }))
  );
}

test("row 53: without a session every page redirects to the sign-in page and every handler answers 401", async ({
  app,
  request,
}) => {
  const wrong: unknown[] = [];
  for (const { file, url, isPage } of routes()) {
    const answer = await request.get(`${app.url}${url}?outcome=no_answer&_rsc=1nq2x`, { maxRedirects: 0 });
    const [status, location] = [answer.status(), answer.headers()["location"]];
    const right = isPage
      ? status === 307 && location === signInUrl(`${url}?outcome=no_answer`)
      : status === 401 && (await answer.text()) === '{"error":"signed_out"}';
    if (!right) {
      wrong.push({ file, status, location });
    }
  }
  expect(routes().length).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
});

function signInUrl(next: string): string {
  return `/sign-in?next=${encodeURIComponent(next)}`;
}

test("row 53: a page that is requested without its layouts still requires a session", async ({ app, request }) => {
  const open: unknown[] = [];
  for (const { file, url } of routes().filter(({ isPage }) => isPage)) {
    // The router sends these headers on client-side navigation, when it already has the layouts. Next first redirects to a URL with
    // the hash of the headers.
    const headers = { rsc: "1", "next-router-state-tree": encodeURIComponent(JSON.stringify(treeOf(file))) };
    const redirect = await request.get(`${app.url}${url}`, { maxRedirects: 0, headers });
    const hashedUrl = redirect.headers()["location"] ?? "";
    expect(hashedUrl, file).toContain(`${url}?_rsc=`);
    const answer = await request.get(`${app.url}${hashedUrl}`, { maxRedirects: 0, headers });
    const text = await answer.text();
    // A redirect during streaming is written into the stream.
    if (!/NEXT_REDIRECT;\w+;\/sign-in/.test(text)) {
      open.push({ file, status: answer.status(), text: text.slice(0, 300) });
    }
  }
  expect(open).toEqual([]);
});

type Tree = [
  segment: string | [name: string, value: string, kind: "d", siblings: null],
  children: Record<string, Tree>,
  url?: null,
  marker?: "refetch",
];

/** The state of a router that has the layouts of a page but not the page. A slot (`@panel`) is a branch with the slot's name. */
function treeOf(file: string): Tree {
  const parts = file.split("/").slice(1, -1);
  let [slot, tree]: [string, Tree] = ["children", ["__PAGE__", {}, null, "refetch"]];
  for (const part of parts.toReversed()) {
    if (part.startsWith("@")) {
      slot = part.slice(1);
      continue;
    }
    const name = /^\[(.+)\]$/.exec(part)?.[1];
    tree = [name === undefined ? part : [name, "unknown", "d", null], { [slot]: tree }];
    slot = "children";
  }
  return ["", { [slot]: tree }];
}

test("row 54: internal headers and parameters of Next do not skip the sign-in page", async ({ app, request }) => {
  for (const headers of [
    { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
    { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
    { "x-url": "/", "x-nonce": "mine", "x-middleware-next": "1" },
    { "next-action": "00deadbeef" },
  ]) {
    const answer = await request.get(`${app.url}/deliveries?nxtPcallId=x`, { maxRedirects: 0, headers });
    expect(answer.status(), JSON.stringify(headers)).toBe(307);
    expect(answer.headers()["location"]).toMatch(/^\/sign-in/);
  }
});

test("an invalid or expired session gives no access", async ({ app, request, database: { sql } }) => {
  const [cookie] = await signIn(app.url);
  const value = cookie?.value ?? "";
  const getWith = (session: string) =>
    request.get(`${app.url}/deliveries`, {
      maxRedirects: 0,
      headers: { cookie: `callboard.session_token=${session}` },
    });
  expect((await getWith(value)).status()).toBe(200);
  expect((await getWith(`${value.slice(0, -4)}AAA%3D`)).status()).toBe(307);
  expect((await getWith("x")).status()).toBe(307);
  const [token] = decodeURIComponent(value).split(".");
  await sql`update session set expires_at = now() - interval '1 second' where token = ${token ?? ""}`;
  expect((await getWith(value)).status()).toBe(307);
});

test("row 61: every response of the dashboard has the security headers; the webhook's has no content security policy", async ({
  app,
  request,
}) => {
  const answers = await Promise.all([
    request.get(`${app.url}/sign-in`),
    request.get(`${app.url}/deliveries`, { maxRedirects: 0 }),
    request.get(`${app.url}/nothing-here`),
    request.get(`${app.url}/calls/unknown/recording`),
    request.get(`${app.url}/api/auth/get-session`),
  ]);
  for (const answer of answers) {
    const headers = answer.headers();
    expect.soft(headers, answer.url()).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cache-control": expect.stringContaining("no-store"),
    });
    const policy = new Map(
      (headers["content-security-policy"] ?? "").split("; ").map((directive) => {
        const [name = "", ...values] = directive.split(" ");
        return [name, values];
      }),
    );
    expect.soft(policy.get("frame-ancestors"), answer.url()).toEqual(["'none'"]);
    expect
      .soft(policy.get("script-src"), answer.url())
      .toEqual(["'self'", expect.stringMatching(/^'nonce-\w{32}'$/), "'strict-dynamic'"]);
    expect.soft(headers["strict-transport-security"]).toBeUndefined();
  }
  const nonces = answers.map((answer) => /'nonce-(\w+)'/.exec(answer.headers()["content-security-policy"] ?? "")?.[1]);
  expect(new Set(nonces).size).toBe(answers.length);
  // All 128 bits are random: a UUID has a 4 in its third group.
  expect(nonces.every((nonce) => nonce?.[12] === "4" && /[89ab]/.test(nonce[16] ?? ""))).toBe(false);
  expect((await request.post(app.webhookUrl, { data: {} })).headers()["content-security-policy"]).toBeUndefined();
});

test("every script on a page has the nonce from the response's header", async ({ app, request }) => {
  const answer = await request.get(`${app.url}/sign-in`);
  const nonce = /'nonce-(\w+)'/.exec(answer.headers()["content-security-policy"] ?? "")?.[1];
  const scripts = (await answer.text()).match(/<script[^>]*>/g) ?? [];
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toEqual([]);
});

test("with an https APP_URL the cookies are for this host and https only, and the headers require https", async () => {
  test.slow();
  const database = await createDatabase();
  const app = await startApp({ databaseUrl: database.url, env: { APP_URL: "https://callboard.example" } });
  try {
    await expect.poll(async () => (await database.sql`select 1 from "user"`).length).toBe(1);
    const answer = await fetch(`${app.url}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: "https://callboard.example" },
      body: JSON.stringify({ email: "admin@callboard.example", password: "correct horse battery staple" }),
    });
    expect(answer.status).toBe(200);
    const cookies = answer.headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual([
      "__Host-callboard.session_token",
      "__Host-callboard.device",
    ]);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/(?=.*; Secure)(?=.*; HttpOnly)(?=.*; Path=\/(;|$))(?!.*; Domain=)/i);
    }
    expect(answer.headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
    expect(answer.headers.get("content-security-policy")).toContain("upgrade-insecure-requests");
  } finally {
    await app.stop();
    await database.close();
  }
});

test("row 62: while the database is unreachable, pages answer 500 and sign-in 503, and no value appears in a page or log", async () => {
  test.slow();
  const database = await createDatabase();
  const app = await startApp({ databaseUrl: database.url });
  try {
    const [cookie] = await signIn(app.url);
    const token = decodeURIComponent(cookie?.value ?? "").split(".")[0] ?? "";
    const getPage = async () => {
      const answer = await fetch(`${app.url}/deliveries?call_id=canary-4711`, {
        redirect: "manual",
        headers: { cookie: `${cookie?.name}=${cookie?.value}`, "accept-language": "en" },
      });
      return { status: answer.status, text: await answer.text() };
    };
    expect((await getPage()).status).toBe(200);

    await allowConnections(database.name, false);
    const unavailable = await getPage();
    expect(unavailable.status).toBe(500);
    expect(unavailable.text).not.toMatch(
      /ECONN|PostgresError|DrizzleQuery|Failed query|select "|\bat async\b|allow_connections/,
    );

    const guess = await fetch(`${app.url}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "canary-4712@callboard.example", password: "canary-4713" }),
    });
    expect([guess.status, await guess.json()]).toEqual([503, { error: "unavailable" }]);
    expect((await fetch(`${app.url}/sign-in`)).status).toBe(200);

    await allowConnections(database.name, true);
    await expect.poll(async () => (await getPage()).status, { timeout: 20_000 }).toBe(200);
    expect(token.length).toBeGreaterThan(20);
    for (const value of [token, "canary-4711", "canary-4712", "canary-4713", "params:"]) {
      expect(app.logs(), value).not.toContain(value);
    }
  } finally {
    await app.stop();
    await allowConnections(database.name, true);
    await database.close();
  }
});

test("row 66: what the framework has beside the pages answers nothing", async ({ app, request }) => {
  const build = readFileSync(join(BUILD, "BUILD_ID"), "utf8").trim();
  const wrong: unknown[] = [];
  for (const path of [
    "/_next/image",
    "/_next/image?url=%2Ficon.svg&w=64&q=75",
    "/_next/image?url=%2Ffavicon.ico&w=640&q=75",
    "/_next/image?url=https%3A%2F%2Fexample.com%2Fa.png&w=64&q=75",
    "/_next/image/",
    "/_next/images",
    `/_next/data/${build}/index.json`,
    `/_next/data/${build}/calls.json`,
    "/_next/static/",
    "/_next/static/chunks/",
    "/_next/static/chunks/..%2F..%2Fserver%2Fpages-manifest.json",
    "/_next/static/../server/pages-manifest.json",
    "/_next/webpack-hmr",
    "/_next/hmr",
    "/_next/request-insights",
    "/__nextjs_original-stack-frames",
    "/__nextjs_font/geist-latin.woff2",
    "/_next",
    "/_error",
    "/_app",
    "/_document",
    "/_not-found",
    "/_global-error",
    "/404",
    "/500",
    "/static/x",
    "/.next/BUILD_ID",
    "/.env",
    "/.git/HEAD",
    "/.git/config",
    "/.data/secrets.json",
    "/package.json",
  ]) {
    for (const method of ["GET", "POST"]) {
      const answer = await request.fetch(`${app.url}${path}`, { method, maxRedirects: 0 });
      if (answer.status() !== 404 && !(method === "POST" && [403, 405].includes(answer.status()))) {
        wrong.push({ method, path, status: answer.status(), body: (await answer.text()).slice(0, 200) });
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("a webhook's and health's answers are never compressed, and a page is", async ({ app }) => {
  const encodingOf = async (url: string, method = "GET") => {
    const answer = await fetch(url, { method, redirect: "manual", headers: { "accept-encoding": "gzip, br" } });
    await answer.arrayBuffer();
    return answer.headers.get("content-encoding");
  };
  expect(await encodingOf(`${app.url}/sign-in`)).toBe("gzip");
  expect(await encodingOf(`${app.url}/api/health`)).toBeNull();
  expect(await encodingOf(app.webhookUrl, "POST")).toBeNull();
  expect(await encodingOf(app.webhookUrl)).toBeNull();
  expect(await encodingOf(`${app.url}/webhooks/sarj/wrong`, "POST")).toBeNull();
});
