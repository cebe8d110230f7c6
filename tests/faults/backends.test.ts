import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { expect } from "@playwright/test";
import type postgres from "postgres";

import { deliver, type DeliveryResult, VENDOR_RETRY_POLICY } from "@/scripts/simulator/sender";
import { type Deployment, test } from "@/tests/fixtures/deployment";

import type { App } from "../fixtures/app";
import { complete } from "../fixtures/webhooks";
import { isNothingLost, runFault, statuses } from "./scenario";

/** Postgres runs, but its backends are frozen, killed or busy. */

/** Options for a single attempt with the vendor's time-out. */
const ONCE = { retryPolicy: { ...VENDOR_RETRY_POLICY, attempts: 1 } };

/**
 * Freezes the backends that serve deliveries while all of them wait for the application, and returns their process ids. A
 * backend that is frozen during a statement may hold a lock of the whole server, such as the write-ahead log's, and then
 * nothing can be recorded on any connection.
 */
async function freezeIngestBackends(deployment: Deployment): Promise<number[]> {
  let frozen: number[] = [];
  await expect(async () => {
    frozen = await deployment.backends("callboard-ingest");
    expect(frozen.length).toBeGreaterThan(0);
    signal(frozen, "SIGSTOP");
    const waiting = deployment.query(
      (sql) => sql<{ pid: number }[]>`select pid from pg_stat_activity where wait_event = 'ClientRead'`,
    );
    // The query itself gets no answer while a frozen backend holds a lock that it needs.
    const pids = new Set((await Promise.race([waiting, wait(1000, [])])).map(({ pid }) => pid));
    if (!frozen.every((pid) => pids.has(pid))) {
      signal(frozen, "SIGCONT");
      await waiting;
      throw new Error("a backend was frozen during a statement");
    }
  }).toPass({ intervals: [50] });
  return frozen;
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    process.kill(pid, name);
  }
}

test("row 41: a delivery on a frozen backend succeeds on another connection", async ({ deployment }, info) => {
  test.setTimeout(90_000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  let frozen: number[] = [];
  let first: Promise<DeliveryResult[]> | undefined;
  const found = await runFault(info, {
    row: "41",
    fault: "the backends of all its connections frozen (SIGSTOP) for 5 s",
    deployment,
    app,
    begin: async () => {
      frozen = await freezeIngestBackends(deployment);
      // Send as many deliveries as there are connections, so that some use a frozen connection.
      const send = (index: number) => deliver(app.webhookUrl, JSON.stringify(complete(`frozen-${index}`)), ONCE);
      first = Promise.all(Array.from({ length: 6 }, (_, index) => send(index)));
    },
    end: async () => {
      await first;
      signal(frozen, "SIGCONT");
    },
    seconds: 5,
  });
  expect(statuses((await first) ?? []), "on another connection, before the frozen backends continued").toEqual({
    "200": 6,
  });
  expect(found).toMatchObject(isNothingLost);
  expect(Object.keys(statuses(found.results)), "no request was refused or timed out").toEqual(["200"]);
  expect(mostTries(app), "one or two timeouts, then another connection").toBeLessThanOrEqual(3);
  expect(mostTries(app), "a delivery was on a frozen backend").toBeGreaterThan(1);
  await app.stop();
});

/** What a proxy does with a login: forwards it after this many milliseconds, leaves it without an answer, or closes the connection. */
type Login = number | "hang" | "close";

/** Starts a proxy to Postgres. `onLogin` gets the number of a connection for deliveries, from 1. Other connections are forwarded. */
async function startProxy(deployment: Deployment, onLogin: (connection: number) => Login) {
  const sockets = new Set<Socket>();
  const proxy = { databaseUrl: "", connections: 0, close: () => {} };
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => {});
    client.once("data", (startup) => {
      client.pause();
      proxy.connections += startup.includes("callboard-ingest") ? 1 : 0;
      const login = startup.includes("callboard-ingest") ? onLogin(proxy.connections) : 0;
      if (login === "close") {
        client.end();
      } else if (login !== "hang") {
        setTimeout(() => forward(client, startup), login);
      }
    });
  });
  const forward = (client: Socket, startup: Buffer) => {
    const upstream = connect(deployment.postgres.port, "127.0.0.1");
    sockets.add(upstream);
    upstream.on("error", () => client.destroy());
    client.on("close", () => upstream.destroy());
    upstream.write(startup);
    client.pipe(upstream).pipe(client);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(deployment.postgres.applicationUrl);
  url.port = String((server.address() as AddressInfo).port);
  proxy.databaseUrl = url.href;
  proxy.close = () => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  };
  return proxy;
}

/** Closes the connections for deliveries that the health's probe of writes has opened. */
async function forgetConnections(deployment: Deployment, proxy: { connections: number }): Promise<void> {
  await deployment.query(
    (sql) => sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'callboard-ingest'`,
  );
  await expect.poll(() => deployment.backends("callboard-ingest")).toEqual([]);
  proxy.connections = 0;
}

/** Returns the largest number of tries that a delivery needed, from the application's log. */
function mostTries(app: App): number {
  const tries = app.logs().matchAll(/"event":"delivery".*"attempt":(\d+)/g);
  return Math.max(1, ...[...tries].map(([, attempt]) => Number(attempt)));
}

test("row 41: a connection that is slow to open serves a later try, and is not closed with the try that it was opened for", async ({
  deployment,
}) => {
  // Longer than the first try, which takes 1.5 s.
  const proxy = await startProxy(deployment, () => 2000);
  const app = await deployment.startApp({ databaseUrl: proxy.databaseUrl, env: { SPOOL_DIR: undefined } });
  await forgetConnections(deployment, proxy);
  const sent = Array.from({ length: 6 }, (_, index) =>
    deliver(app.webhookUrl, JSON.stringify(complete(`slow-login-${index}`)), ONCE),
  );
  expect(statuses(await Promise.all(sent))).toEqual({ "200": 6 });
  expect(mostTries(app)).toBeGreaterThan(1);
  expect(proxy.connections, "at most as many as the pool may have").toBeLessThanOrEqual(6);
  await app.stop();
  proxy.close();
});

test("row 41: while a login hangs, a delivery is recorded on another connection", async ({ deployment }) => {
  let isStarted = false;
  const proxy = await startProxy(deployment, (connection) => (isStarted && connection === 1 ? "hang" : 0));
  const app = await deployment.startApp({ databaseUrl: proxy.databaseUrl, env: { SPOOL_DIR: undefined } });
  await forgetConnections(deployment, proxy);
  isStarted = true;
  const sent = await deliver(app.webhookUrl, JSON.stringify(complete("hanging-login")), ONCE);
  expect(statuses([sent])).toEqual({ "200": 1 });
  expect(proxy.connections).toBe(2);
  expect(mostTries(app), "it does not wait until the hanging login is given up").toBeLessThanOrEqual(2);
  await app.stop();
  proxy.close();
});

test("row 43: a server that closes each login is not asked repeatedly, even while other connections work", async ({
  deployment,
}) => {
  const proxy = await startProxy(deployment, () => "close");
  const app = await deployment.startApp({
    databaseUrl: proxy.databaseUrl,
    env: { SPOOL_DIR: undefined },
    until: "listening",
  });
  await expect.poll(() => deployment.backends("callboard-jobs").then(({ length }) => length)).toBeGreaterThan(0);
  const sent = await deliver(app.webhookUrl, JSON.stringify(complete("closed-logins")), ONCE);
  expect(statuses([sent])).toEqual({ "503": 1 });
  expect(proxy.connections, "one for each try").toBeLessThanOrEqual(30);
  expect(proxy.connections).toBeGreaterThan(1);
  await app.stop();
  proxy.close();
});

test("row 41: while the whole server is frozen, deliveries are spooled; they are recorded when it continues", async ({
  deployment,
}, info) => {
  test.setTimeout(90_000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: join(deployment.folder, "spool-41") } });
  let backends: number[] = [];
  let first: Promise<DeliveryResult> | undefined;
  const found = await runFault(info, {
    row: "41",
    fault: "the whole server frozen (SIGSTOP) for 10 s, with a spool",
    deployment,
    app,
    begin: async () => {
      backends = await deployment.backends();
      signal([deployment.postgres.process().pid, ...backends], "SIGSTOP");
      first = deliver(app.webhookUrl, JSON.stringify(complete("while-it-is-frozen")), ONCE);
    },
    end: async () => {
      await first;
      signal([deployment.postgres.process().pid, ...backends], "SIGCONT");
    },
    seconds: 10,
  });
  expect((await first)?.attempts, "spooled before the sender timed out").toMatchObject([{ status: 202 }]);
  expect(found).toMatchObject({ ...isNothingLost, answered: found.sent });
  await app.stop();
});

function killIfRunning(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}

test("row 42: a killed backend makes the whole server recover, and nothing is lost", async ({ deployment }, info) => {
  test.setTimeout(120_000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const over = new AbortController();
  const kills: number[] = [];
  const kill = async () => {
    while (!over.signal.aborted) {
      const [pid] = await deployment.backends("callboard-ingest").catch(() => []);
      if (pid !== undefined && killIfRunning(pid)) {
        kills.push(pid);
      }
      await wait(500);
    }
  };
  let killing = Promise.resolve();
  const found = await runFault(info, {
    row: "42",
    fault: "a backend killed (SIGKILL) repeatedly, for 8 s",
    deployment,
    app,
    begin: async () => {
      killing = kill();
    },
    end: async () => {
      over.abort();
      await killing;
    },
    seconds: 8,
  });
  expect(kills.length, "the server recovers after each kill").toBeGreaterThan(1);
  expect(found).toMatchObject(isNothingLost);
  await app.stop();
});

test("row 42: connections that the server closes in the middle of a statement are replaced, and nothing is lost", async ({
  deployment,
}, info) => {
  test.setTimeout(90_000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const over = new AbortController();
  let closed = 0;
  const close = async (sql: postgres.Sql) => {
    while (!over.signal.aborted) {
      const rows = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'callboard-%'`;
      closed += rows.length;
      await wait(200);
    }
    return [];
  };
  let closing: Promise<unknown> = Promise.resolve();
  const found = await runFault(info, {
    row: "42",
    fault: "every connection closed by the server (57P01) five times a second, for 6 s",
    deployment,
    app,
    begin: async () => {
      closing = deployment.query(close);
    },
    end: async () => {
      over.abort();
      await closing;
    },
    seconds: 6,
  });
  // Deliveries that share a statement need few connections.
  expect(closed).toBeGreaterThan(10);
  expect(found).toMatchObject(isNothingLost);
  await app.stop();
});

test("row 44: pages that wait for a lock do not slow deliveries", async ({ deployment }, info) => {
  test.setTimeout(90_000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const signIns: Promise<Response>[] = [];
  const over = Promise.withResolvers<void>();
  const isLocked = Promise.withResolvers<void>();
  let locking: Promise<unknown> = Promise.resolve();
  let meanwhile: DeliveryResult | undefined;
  const lock = async (sql: postgres.Sql) => {
    await sql.begin(async (transaction) => {
      await transaction`lock table rate_limit in access exclusive mode`;
      isLocked.resolve();
      await over.promise;
    });
    return [];
  };
  const found = await runFault(info, {
    row: "44",
    fault: "40 page requests waiting on a locked table, for 5 s",
    deployment,
    app,
    begin: async () => {
      locking = deployment.query(lock);
      await isLocked.promise;
      for (let index = 0; index < 40; index += 1) {
        signIns.push(
          fetch(`${app.url}/api/auth/sign-in/email`, {
            method: "POST",
            headers: { "content-type": "application/json", origin: app.url },
            body: JSON.stringify({ email: `nobody-${index}@callboard.example`, password: "wrong password" }),
          }),
        );
      }
      await expect.poll(() => deployment.backends("callboard-pages").then(({ length }) => length)).toBeGreaterThan(4);
    },
    end: async () => {
      meanwhile = await deliver(app.webhookUrl, JSON.stringify(complete("past-the-pages")), ONCE);
      over.resolve();
      await locking;
    },
    seconds: 5,
  });
  await Promise.all(signIns);
  expect(meanwhile?.attempts, "while the pages wait").toMatchObject([{ status: 200 }]);
  expect(found).toMatchObject({ ...isNothingLost, answered: found.sent });
  expect(statuses(found.results), "each was sent once").toEqual({ "200": found.sent });
  await app.stop();
});
