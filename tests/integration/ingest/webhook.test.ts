import { secretLabel } from "@/lib/sarj/secrets";
import { type App, startApp } from "@/tests/fixtures/app";
import { WEBHOOK_SECRET } from "@/tests/fixtures/environment";
import { rawRequest } from "@/tests/fixtures/raw-http";
import { expect, test } from "@/tests/fixtures/test";
import { complete, notCompleted } from "@/tests/fixtures/webhooks";

test.beforeEach(({ database }) => database.empty());

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

const WRONG_PATHS = {
  wrong: "/webhooks/sarj/test-secret-9999999999-ABCDEFGHIJKLMNOPQRST",
  "a beginning": `/webhooks/sarj/${WEBHOOK_SECRET.slice(0, -1)}`,
  "one character more": `/webhooks/sarj/${WEBHOOK_SECRET}x`,
  "other case": `/webhooks/sarj/${WEBHOOK_SECRET.toLowerCase()}`,
  short: "/webhooks/sarj/x",
  empty: "/webhooks/sarj/",
  "no slash": "/webhooks/sarj",
  "a folder more": `/webhooks/sarj/${WEBHOOK_SECRET}/x`,
  "a space": `/webhooks/sarj/${WEBHOOK_SECRET}%20`,
  "a NUL": `/webhooks/sarj/${WEBHOOK_SECRET}%00`,
  "broken encoding": "/webhooks/sarj/%E0%A4%A",
  long: `/webhooks/sarj/${"a".repeat(8000)}`,
};

test("row 1: every wrong secret gets the same answer, nothing is stored, and refusals are counted", async ({
  app,
  database,
}) => {
  const answers = await Promise.all(
    Object.values(WRONG_PATHS).map(async (path) => {
      const response = await post(`${app.url}${path}`, notCompleted("row-1"));
      const { date: _, ...headers } = Object.fromEntries(response.headers);
      return { status: response.status, headers, body: await response.text() };
    }),
  );
  for (const [index, name] of Object.keys(WRONG_PATHS).entries()) {
    expect(answers[index], name).toEqual(answers[0]);
  }
  expect(answers[0]).toMatchObject({ status: 404, body: '{"error":"not_found"}' });
  expect(await database.sql`select from deliveries`).toHaveLength(0);
  await expect
    .poll(
      async () => {
        // A later refusal stores the count, at most every five seconds.
        await post(`${app.url}${WRONG_PATHS.short}`, {});
        return (await database.sql`select value from states where key = 'webhook_refusals'`)[0]?.["value"].count ?? 0;
      },
      { timeout: 15_000 },
    )
    .toBeGreaterThan(5);
});

test("row 5: neither the log nor a page contains the secret", async ({ database }) => {
  const canary = "canary-secret-0123456789-zyxwvutsrqponmlk";
  const app = await startApp({ databaseUrl: database.url, env: { SARJ_WEBHOOK_SECRETS: canary } });
  const url = `${app.url}/webhooks/sarj/${canary}`;
  const requests = [
    post(url, notCompleted("row-5")),
    post(`${url}/`, "no webhook"),
    post(`${url}/x`, {}),
    post(`${url}%20`, {}),
    post(`${url}/%E0%A4%A`, {}),
    fetch(url),
    fetch(url, { method: "OPTIONS" }),
    rawRequest(url, { "Content-Length": "0" }, "TRACE").answer,
    rawRequest(url, { "Content-Length": "99999999" }).answer,
    fetch(`${app.url}/api/health`, { headers: { referer: url } }),
    fetch(`${app.url}/sign-in`, { headers: { referer: url } }),
  ];
  const pages = await Promise.all(requests);
  const cutOff = rawRequest(url, { "Content-Length": "100" });
  await cutOff.write("{");
  cutOff.socket.destroy();
  await expect.poll(() => app.logs()).toContain("cut_off");
  await app.stop();
  expect(app.logs()).toContain('"event":"delivery"');
  expect(app.logs()).not.toContain(canary);
  expect(app.logs()).not.toContain("/webhooks/");
  for (const page of pages) {
    if (page instanceof Response && page.url.endsWith("/sign-in")) {
      expect(page.headers.get("referrer-policy")).toBe("no-referrer");
      expect(await page.text()).not.toContain(canary);
    }
  }
});

test("row 6: requests are refused quickly while the database is unreachable", async () => {
  const app = await startApp({ databaseUrl: "postgres://nobody@127.0.0.1:9/nowhere", until: "listening" });
  const began = performance.now();
  const statuses = await Promise.all([
    post(`${app.url}${WRONG_PATHS.wrong}`, {}).then(({ status }) => status),
    fetch(app.webhookUrl).then(({ status }) => status),
    rawRequest(app.webhookUrl, { "Content-Length": "99999999" }).answer.then((answer) => answer?.status),
  ]);
  expect(statuses).toEqual([404, 405, 413]);
  expect(performance.now() - began).toBeLessThan(1000);
  await app.stop();
});

test("row 7: addresses in untrusted headers are ignored", async ({ app, database }) => {
  const forged = {
    "x-forwarded-for": "10.1.2.3",
    "x-real-ip": "10.1.2.3",
    "x-vercel-forwarded-for": "10.1.2.3",
    forwarded: "for=10.1.2.3",
  };
  await post(app.webhookUrl, notCompleted("row-7"), forged);
  expect(await database.sql`select source_ip from deliveries`).toEqual([{ source_ip: null }]);
});

test.describe("behind a proxy", () => {
  let app: App;
  test.beforeAll(async ({ database }) => {
    app = await startApp({
      databaseUrl: database.url,
      env: { CLIENT_IP_HEADER: "X-Real-IP", SARJ_WEBHOOK_ALLOWED_IPS: "203.0.113.0/24, 2001:db8::/32" },
    });
  });
  test.afterAll(() => app.stop());

  test("row 7: the source address is the last address in the trusted header", async ({ database }) => {
    const addresses = {
      "203.0.113.7": "203.0.113.7",
      "10.0.0.1, 203.0.113.8": "203.0.113.8",
      "::ffff:203.0.113.9": "203.0.113.9",
      "2001:DB8::1": "2001:db8::1",
      "not an address": null,
      "203.0.113.10, evil": null,
    };
    for (const header of Object.keys(addresses)) {
      await post(app.webhookUrl, notCompleted(header), { "x-real-ip": header, "x-forwarded-for": "203.0.113.99" });
    }
    const rows = await database.sql`select call_id, source_ip from deliveries`;
    expect(Object.fromEntries(rows.map((row) => [row["call_id"], row["source_ip"]]))).toEqual(addresses);
  });

  test("row 8: a delivery from an unexpected address is stored and not applied", async ({ database }) => {
    const outside = await post(app.webhookUrl, complete("row-8"), { "x-real-ip": "198.51.100.1" });
    expect([outside.status, await outside.json()]).toEqual([
      202,
      { verdict: "quarantined", call_id: "row-8", delivery_id: expect.any(String) },
    ]);
    expect((await post(app.webhookUrl, notCompleted("row-8-none"))).status, "no address at all").toBe(202);
    expect(await database.sql`select from calls`).toHaveLength(0);
    expect(await database.sql`select reason from deliveries`).toEqual([
      { reason: "unexpected_address" },
      { reason: "unexpected_address" },
    ]);

    const inside = await post(app.webhookUrl, complete("row-8"), { "x-real-ip": "2001:db8:1::1" });
    expect([inside.status, await inside.json()]).toMatchObject([200, { verdict: "applied", call_id: "row-8" }]);
    const again = await post(app.webhookUrl, complete("row-8"), { "x-real-ip": "198.51.100.1" });
    expect(await again.json(), "an applied body is not quarantined").toMatchObject({ verdict: "duplicate" });
    expect(await database.sql`select verdict, reason, times_received from deliveries where call_id = 'row-8'`).toEqual([
      { verdict: "applied", reason: null, times_received: 3 },
    ]);
    expect(await database.sql`select call_id from calls`).toEqual([{ call_id: "row-8" }]);
  });
});

for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]) {
  test(`row 9: ${method} is answered 405 with an Allow header`, async ({ app, database }) => {
    for (const url of [app.webhookUrl, `${app.webhookUrl}/`]) {
      const answer = await rawRequest(url, { "Content-Length": "0", Connection: "close" }, method).answer;
      expect(answer?.status).toBe(405);
      expect(answer?.head).toContain("allow: post");
    }
    expect(await database.sql`select from deliveries`).toHaveLength(0);
  });
}

/** Sends a webhook whose request target and headers `fetch` would change, and returns the status and the body of the response. */
async function postRaw({ url }: App, target: string, callId: string, headers: Record<string, string> = {}) {
  const body = JSON.stringify(notCompleted(callId));
  const raw = rawRequest(
    url,
    {
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(body)),
      connection: "close",
      ...headers,
    },
    "POST",
    target,
  );
  await raw.write(body);
  const answer = await raw.answer;
  raw.socket.destroy();
  return { status: answer?.status, wasStored: answer?.body.includes(`"call_id":"${callId}"`) };
}

test("row 10: repeated slashes, an absolute target and a query are handled without a redirect", async ({ app }) => {
  const host = new URL(app.url).host;
  const secret = WEBHOOK_SECRET;
  const right = [
    `//webhooks/sarj/${secret}`,
    `/webhooks//sarj/${secret}`,
    `/webhooks/sarj//${secret}`,
    `/webhooks/sarj/${secret}//`,
    `////webhooks///sarj//${secret}///`,
    `/webhooks\\sarj\\${secret}`,
    `http://${host}/webhooks/sarj/${secret}`,
    `http://${host}//webhooks/sarj/${secret}/`,
    `HTTPS://calls.example.com//webhooks//sarj/${secret}`,
    `//webhooks/sarj/${secret}?a=//b&nxtPsecret=other&_rsc=1`,
  ];
  for (const [index, target] of right.entries()) {
    expect.soft(await postRaw(app, target, `row-10-${index}`), target).toEqual({ status: 200, wasStored: true });
  }
  for (const target of [
    "//webhooks/sarj/wrong",
    `//webhooks/sarj/${secret}x`,
    `//webhooks/sarj/${secret}//x`,
    `/webhooks/sarj/wrong?nxtPsecret=${secret}`,
    `http://${host}//webhooks/sarj/wrong`,
    "//webhooks",
    "//webhooks/sarj/%E0%A4%A",
  ]) {
    expect.soft(await postRaw(app, target, "row-10-wrong"), target).toEqual({ status: 404, wasStored: false });
  }
});

test("row 10: headers with a meaning for Next change nothing about a delivery", async ({ app }) => {
  const names = [
    "RSC",
    "Next-Router-State-Tree",
    "Next-Router-Prefetch",
    "Next-Router-Segment-Prefetch",
    "Next-Url",
    "Next-HMR-Refresh",
    "Next-Action",
    "Next-Resume",
    "X-Middleware-Prefetch",
    "X-Middleware-Subrequest",
    "X-Middleware-Override-Headers",
    "X-Nextjs-Data",
    "X-Nextjs-Request-Id",
    "X-Next-Resume-State-Length",
    "X-Now-Route-Matches",
    "X-Matched-Path",
    "X-Invoke-Path",
    "X-Invoke-Status",
    "X-Prerender-Revalidate",
    "X-Action-Forwarded",
  ];
  const all = Object.fromEntries(names.map((name) => [name, "1"]));
  const sets: Record<string, string>[] = [...names.map((name) => ({ [name]: "1" })), all];
  for (const [index, headers] of sets.entries()) {
    const path = `/webhooks/sarj/${WEBHOOK_SECRET}`;
    const name = Object.keys(headers).join();
    expect.soft(await postRaw(app, path, `row-10-h${index}`, headers), name).toEqual({ status: 200, wasStored: true });
    expect
      .soft(await postRaw(app, "/webhooks/sarj/wrong", "x", headers), name)
      .toEqual({ status: 404, wasStored: false });
  }
});

test("row 10: a trailing slash or a query string is handled without a redirect", async ({ app }) => {
  for (const [index, end] of ["/", "?", "?source=sarj", "/?source=sarj"].entries()) {
    const response = await post(`${app.webhookUrl}${end}`, notCompleted(`row-10-${index}`));
    expect([response.status, await response.json()], end).toMatchObject([200, { verdict: "applied" }]);
  }
});

test("row 11: `proxy.ts` sets its headers on pages and not on webhook responses", async ({ app }) => {
  const policyOf = async (path: string, method = "POST") => {
    const response = await fetch(`${app.url}${path}`, { method, redirect: "manual" });
    return response.headers.get("content-security-policy");
  };
  expect(await policyOf("/sign-in", "GET")).toContain("default-src");
  for (const path of [
    `/webhooks/sarj/${WEBHOOK_SECRET}`,
    `/webhooks/sarj/${WEBHOOK_SECRET}/`,
    "/webhooks/sarj/",
    "/webhooks/",
  ]) {
    expect(await policyOf(path), path).toBeNull();
  }
});

test("row 12: a burst of 500 deliveries is accepted completely", async ({ app, database }) => {
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, index) => post(app.webhookUrl, complete(`burst-${index}`))),
  );
  // A 202 means that the delivery was spooled because the database was too slow on a busy machine.
  expect(answers.filter(({ status }) => status !== 200 && status !== 202)).toEqual([]);
  await expect
    .poll(() => database.sql`select count(*)::int as count from calls`, { timeout: 30_000 })
    .toEqual([{ count: 500 }]);
});

test("row 4: several secrets work at the same time, each with a different label", async ({ database }) => {
  const [before, after] = ["rotation-before-0123456789-abcdefghijkl", "rotation-after-0123456789-abcdefghijklm"];
  const app = await startApp({ databaseUrl: database.url, env: { SARJ_WEBHOOK_SECRETS: `${before}, ${after}` } });
  for (const secret of [before, after]) {
    const response = await post(`${app.url}/webhooks/sarj/${secret}`, notCompleted(secret));
    expect(response.status).toBe(200);
  }
  expect((await post(`${app.url}/webhooks/sarj/${before},${after}`, {})).status).toBe(404);
  const rows =
    await database.sql`select call_id, secret_label from deliveries where call_id like 'rotation-%' order by received_at`;
  expect(rows).toEqual([before, after].map((secret) => ({ call_id: secret, secret_label: secretLabel(secret) })));
  await app.stop();
});
