import { createServer, connect, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { expect } from "@playwright/test";

import { findFreePort } from "@/scripts/launcher/ports";
import { deliver } from "@/scripts/simulator/sender";
import { test } from "@/tests/fixtures/deployment";

import type { App } from "../fixtures/app";
import { rawRequest } from "../fixtures/raw-http";
import { complete, notCompleted } from "../fixtures/webhooks";
import { audit, startLoad } from "./load";
import { health, held, isLong, spooled, tabulate } from "./scenario";

/** The application is killed, stopped or replaced. */

test("row 46: a delivery that was committed but not answered is a duplicate when it is sent again", async ({
  deployment,
}) => {
  // The relay passes everything to Postgres, but passes its responses back only until the row is stored.
  const { hostname, port } = new URL(deployment.postgres.applicationUrl);
  let isMuted = false;
  const relay: Server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.pipe(upstream);
    upstream.on("data", (bytes) => {
      if (!isMuted) {
        client.write(bytes);
      }
    });
    for (const socket of [client, upstream]) {
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  const relayPort = await findFreePort();
  await new Promise<void>((resolve) => relay.listen(relayPort, "127.0.0.1", resolve));
  const throughRelay = deployment.postgres.applicationUrl.replace(`:${port}/`, `:${relayPort}/`);

  const app = await deployment.startApp({ databaseUrl: throughRelay, env: { SPOOL_DIR: undefined } });
  const body = JSON.stringify(complete("never-answered"));
  const warm = await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(complete("warm")) });
  expect(warm.status).toBe(200);
  // Postgres describes a statement before it runs it, so the relay must pass its responses until the row exists.
  const sent = fetch(app.webhookUrl, { method: "POST", body }).catch(() => null);
  const arrived = () => deployment.query((sql) => sql`select from deliveries where call_id = 'never-answered'`);
  await expect.poll(async () => (isMuted = (await arrived()).length > 0), { intervals: [1] }).toBe(true);
  await app.kill();
  await sent;
  relay.close();

  const next = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const again = await deliver(next.webhookUrl, body);
  expect(again.attempts).toMatchObject([{ status: 200 }]);
  const rows = await deployment.query(
    (sql) => sql`select times_received, verdict from deliveries where call_id = 'never-answered'`,
  );
  expect(rows).toEqual([{ times_received: 2, verdict: "applied" }]);
  await next.stop();
});

test("row 47: every delivery answered 2xx is stored, whenever the application is killed", async ({
  deployment,
}, info) => {
  const kills = isLong ? 200 : 6;
  test.setTimeout((kills * 15 + 300) * 1000);
  const port = await findFreePort();
  const options = { port, until: "listening", env: { SPOOL_DIR: join(deployment.folder, "spool-47") } } as const;
  // On a busy machine a start may time out, so try it twice.
  const start = () => deployment.startApp(options).catch(() => deployment.startApp(options));
  let app: App = await start();
  const load = startLoad({ url: app.webhookUrl, perSecond: 20, name: info.testId });
  let longest = 0;
  for (let kill = 1; kill <= kills; kill += 1) {
    const answered = () => load.results().length;
    const before = answered();
    await expect.poll(answered, { timeout: 90_000, intervals: [50] }).toBeGreaterThan(before);
    // Every tenth time Postgres is also stopped, so that the kill affects held and spooled deliveries.
    const isDatabaseStopped = kill % 10 === 3;
    if (isDatabaseStopped) {
      await deployment.postgres.stop();
    }
    await wait(Math.random() * (isDatabaseStopped ? 9000 : 700));
    await app.kill();
    const killedAt = performance.now();
    if (isDatabaseStopped) {
      await deployment.postgres.start();
    }
    app = await start();
    longest = Math.max(longest, (performance.now() - killedAt) / 1000);
  }
  const results = await load.stop();
  await expect.poll(() => spooled(app), { timeout: 180_000 }).toBe(0);
  const { forgotten, ...found } = await audit(deployment, results);
  tabulate(info, {
    row: "47",
    fault: `SIGKILL of the application, ${kills} times under load (lost: of those answered)`,
    ...found,
    // Deliveries that were never answered do not count: the sender retries them, and gives up while the application is down.
    lost: forgotten.length,
    recoverySeconds: longest,
  });
  expect(forgotten, "answered 2xx and not in the database").toEqual([]);
  expect(found.duplicated).toBe(0);
  await app.stop();
});

test("row 47: the next application records deliveries that were spooled when the application was killed", async ({
  deployment,
}) => {
  test.setTimeout(120_000);
  const env = { SPOOL_DIR: join(deployment.folder, "spool-left") };
  const app = await deployment.startApp({ env });
  await deployment.postgres.stop();
  const load = startLoad({
    url: app.webhookUrl,
    perSecond: 20,
    name: "left-on-disk",
    retryPolicy: { attempts: 1, pauseMs: 0, timeoutMs: 10_000 },
  });
  await expect.poll(() => load.results().length, { timeout: 20_000 }).toBeGreaterThan(20);
  const stopped = load.stop();
  await app.kill();
  const answered = (await stopped).filter(({ delivered }) => delivered);
  expect(answered.length).toBeGreaterThan(20);

  const next = await deployment.startApp({ env, until: "listening" });
  await expect.poll(() => spooled(next)).toBeGreaterThanOrEqual(answered.length);
  await deployment.postgres.start();
  await expect.poll(() => spooled(next), { timeout: 20_000 }).toBe(0);
  expect((await audit(deployment, answered)).forgotten).toEqual([]);
  await next.stop();
});

test("row 48: on SIGTERM the application finishes open requests, accepts no new requests and exits within 9 s", async ({
  deployment,
}, info) => {
  test.setTimeout(60_000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const load = startLoad({
    url: app.webhookUrl,
    perSecond: 50,
    name: info.testId,
    retryPolicy: { attempts: 1, pauseMs: 0, timeoutMs: 10_000 },
  });
  await expect.poll(() => load.results().length, { timeout: 20_000 }).toBeGreaterThan(20);
  const began = performance.now();
  const code = await app.stop();
  const took = performance.now() - began;
  const results = await load.stop();
  expect(code).toBe(143);
  expect(took, "keep-alive connections do not keep it running").toBeLessThan(5000);
  expect((await audit(deployment, results)).forgotten).toEqual([]);
  const refused = results.flatMap(({ attempts }) => attempts).filter(({ status }) => status !== 200);
  expect(refused.length, "new connections are refused").toBeGreaterThan(0);
  for (const { status, error } of refused) {
    expect([status, error]).toEqual([null, "connection"]);
  }
});

test("row 48: busy connections, and a request that never ends, do not keep the application running", async ({
  deployment,
}) => {
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const busy = Array.from({ length: 4 }, (_, index) => sendWithoutPause(app.webhookUrl, `busy-${index}`));
  const hanging = rawRequest(`${app.url}/api/auth/sign-in/email`, {
    "Content-Type": "application/json",
    "Content-Length": "1000",
    Expect: "100-continue",
  });
  // The server requests the body (100 Continue). The client sends a byte each second: a body that pauses for 10 s is cut.
  await new Promise((resolve) => hanging.socket.once("data", resolve));
  const dripping = setInterval(() => hanging.socket.write("x"), 1000);
  await expect.poll(() => busy.every(({ answered }) => answered() > 5)).toBe(true);
  const ended = app.stop();
  await Promise.all(busy.map(({ closed }) => closed));
  expect(app.logs(), "the busy connections end before the time limit").not.toContain("stopped_unfinished");
  expect(await ended, "it was not killed").toBe(143);
  clearInterval(dripping);
  expect(app.logs(), "it waited for the open request").toContain("stopped_unfinished");
});

/** Sends deliveries on one connection, each as soon as the previous one is answered. */
function sendWithoutPause(url: string, name: string): { answered: () => number; closed: Promise<void> } {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  let count = 0;
  const send = () => {
    const body = JSON.stringify(notCompleted(`${name}-${count}`));
    socket.write(
      `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  };
  socket.on("connect", send);
  socket.on("data", (bytes) => {
    count += bytes.includes("HTTP/1.1 200") ? 1 : 0;
    send();
  });
  socket.on("error", () => {});
  return { answered: () => count, closed: new Promise((resolve) => socket.once("close", () => resolve())) };
}

test("row 48: a held request is answered before the exit", async ({ deployment }) => {
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  await deployment.postgres.stop();
  const holding = deliver(app.webhookUrl, JSON.stringify(complete("held-at-the-end")));
  await expect
    .poll(() => health(app), { intervals: [50] })
    .toMatchObject({ status: "degraded", held: 1, reasons: expect.arrayContaining(["held"]) });
  const began = performance.now();
  const ended = app.stop();
  await wait(1000);
  await deployment.postgres.start();
  expect((await holding).attempts).toMatchObject([{ status: 200 }]);
  expect(await ended).toBe(143);
  expect(performance.now() - began).toBeLessThan(9000);
});

test("row 48: with a spool, no request is held during the shutdown", async ({ deployment }) => {
  const env = { SPOOL_DIR: join(deployment.folder, "spool-48") };
  const app = await deployment.startApp({ env });
  await deployment.postgres.stop();
  const holding = Array.from({ length: 30 }, (_, index) =>
    deliver(app.webhookUrl, JSON.stringify(complete(`spooled-${index}`))),
  );
  await expect.poll(() => held(app), { intervals: [50] }).toBe(30);
  const began = performance.now();
  expect(await app.stop()).toBe(143);
  expect(performance.now() - began, "much less than the time for which requests are held").toBeLessThan(5000);
  const results = (await Promise.all(holding)).map((result, index) =>
    Object.assign(result, { callId: `spooled-${index}` }),
  );
  for (const { attempts } of results) {
    expect(attempts).toMatchObject([{ status: 202 }]);
  }
  await deployment.postgres.start();
  const next = await deployment.startApp({ env });
  await expect.poll(() => spooled(next)).toBe(0);
  expect(await audit(deployment, results)).toMatchObject({ found: 30, forgotten: [] });
  await next.stop();
});

test("row 4: the secret is changed under load without a loss", async ({ deployment }, info) => {
  test.setTimeout(90_000);
  const [before, after] = ["rotation-before-0123456789-abcdefghijkl", "rotation-after-0123456789-abcdefghijklm"];
  const port = await findFreePort();
  let secret = before;
  const run = (secrets: string[]) => deployment.startApp({ port, env: { SARJ_WEBHOOK_SECRETS: secrets.join(",") } });
  let app = await run([before]);
  const { origin } = new URL(app.url);
  const load = startLoad({ url: () => `${origin}/webhooks/sarj/${secret}`, perSecond: 20, name: info.testId });
  const moreResults = async () => {
    const earlier = load.results().length;
    await expect.poll(() => load.results().length, { timeout: 20_000 }).toBeGreaterThan(earlier + 20);
  };
  await moreResults();
  await app.stop();
  app = await run([before, after]);
  await moreResults();
  // Change the secret at the vendor. Deliveries that have begun use the old URL for all three attempts.
  secret = after;
  await wait(5000);
  await app.stop();
  app = await run([after]);
  await moreResults();
  const results = await load.stop();
  const { forgotten, ...found } = await audit(deployment, results);
  tabulate(info, { row: "4", fault: "the webhook's secret changed, two restarts", ...found, recoverySeconds: 0 });
  expect({ forgotten, lost: found.lost }).toEqual({ forgotten: [], lost: 0 });
  const old = await fetch(`${origin}/webhooks/sarj/${before}`, { method: "POST", body: "{}" });
  expect(old.status).toBe(404);
  await app.stop();
});
