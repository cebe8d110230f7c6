import { readdirSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { expect } from "@playwright/test";
import type postgres from "postgres";

import { deliver, type DeliveryResult, VENDOR_RETRY_POLICY } from "@/scripts/simulator/sender";
import { type Deployment, test } from "@/tests/fixtures/deployment";

import { complete } from "../fixtures/webhooks";
import { audit, countCalls } from "./load";
import { isLong, runFault, spooled, statuses } from "./scenario";

/** Postgres is unavailable: stopped, frozen, killed, or replaced by another server on its port. */

/** Options for a single attempt with the vendor's time-out. */
const ONCE = { retryPolicy: { ...VENDOR_RETRY_POLICY, attempts: 1 } };

const isNothingLost = { lost: 0, forgotten: [], duplicated: 0 };

test("row 39: nothing is lost while Postgres refuses connections, without a spool", async ({ deployment }, info) => {
  const seconds = isLong ? 20 : 6;
  test.setTimeout((seconds + 90) * 1000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const found = await runFault(info, {
    row: "39",
    fault: `Postgres stopped for ${seconds} s, no spool`,
    deployment,
    app,
    begin: () => deployment.postgres.stop(),
    end: () => deployment.postgres.start(),
    seconds,
  });
  expect(found).toMatchObject(isNothingLost);
  expect(found.recoverySeconds).toBeLessThan(2);
  await app.stop();
});

test("row 40: nothing is lost while Postgres is unavailable for minutes, with a spool", async ({
  deployment,
}, info) => {
  const seconds = isLong ? 180 : 10;
  test.setTimeout((seconds + 120) * 1000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: join(deployment.folder, "spool-40") } });
  const before = await countCalls(deployment);
  const found = await runFault(info, {
    row: "40",
    fault: `Postgres stopped for ${isLong ? "3 min" : `${seconds} s`}, with a spool`,
    deployment,
    app,
    begin: () => deployment.postgres.stop(),
    end: async () => {
      const health = await fetch(`${app.url}/api/health`);
      expect(health.status).toBe(503);
      expect(await health.json()).toMatchObject({ status: "degraded", database: "unavailable" });
      expect(await spooled(app)).toBeGreaterThan(0);
      await deployment.postgres.start();
    },
    seconds,
  });
  expect(found).toMatchObject({ ...isNothingLost, answered: found.sent });
  expect(statuses(found.results)["202"]).toBeGreaterThan(0);
  expect(await countCalls(deployment)).toBe(before + found.sent);
  expect(readdirSync(join(deployment.folder, "spool-40"))).toEqual([]);
  // Spooled deliveries keep their time of receipt.
  const [late] = await deployment.query(
    (sql) => sql<{ count: number }[]>`
      select count(*)::int as count from deliveries d join calls c using (call_id)
      where d.received_at <> c.first_received_at`,
  );
  expect(late?.count).toBe(0);
  await app.stop();
});

test("row 40: without a spool the answer is 503 in time, with Retry-After and the call_id in the log", async ({
  deployment,
}) => {
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  await deployment.postgres.stop();
  const began = performance.now();
  const response = await fetch(app.webhookUrl, { method: "POST", body: JSON.stringify(complete("refused-in-time")) });
  const took = performance.now() - began;
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(took, "it was held").toBeGreaterThan(6500);
  expect(took, "the vendor waits 10 s").toBeLessThan(9000);
  await expect.poll(() => app.logs()).toMatch(/"status":503.*"call_id":"refused-in-time".*"error_code":"\w+"/);
  await deployment.postgres.start();
  await app.stop();
});

test("row 40: at most 200 requests are held; further ones are spooled at once", async ({ deployment }) => {
  const app = await deployment.startApp({ env: { SPOOL_DIR: join(deployment.folder, "spool-200") } });
  await deployment.postgres.stop();
  const answers = await Promise.all(
    Array.from({ length: 320 }, async (_, index) => {
      const began = performance.now();
      const response = await fetch(app.webhookUrl, {
        method: "POST",
        body: JSON.stringify(complete(`crowd-${index}`)),
      });
      return {
        status: response.status,
        held: performance.now() - began > 5500,
        ...((await response.json()) as object),
      };
    }),
  );
  expect(answers.filter(({ held }) => held)).toHaveLength(200);
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(320);
  expect(answers[0]).toMatchObject({ verdict: "spooled", delivery_id: null, call_id: "crowd-0" });
  await deployment.postgres.start();
  await expect.poll(() => spooled(app), { timeout: 30_000 }).toBe(0);
  const found = await deployment.query((sql) => sql`select from calls where call_id like 'crowd-%'`);
  expect(found).toHaveLength(320);
  await app.stop();
});

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
  expect(Object.keys(statuses(found.results)), "no attempt was refused or timed out").toEqual(["200"]);
  await app.stop();
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

test("row 42: a killed backend makes the whole server recover, and nothing is lost", async ({ deployment }, info) => {
  test.setTimeout(120_000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const over = new AbortController();
  const kills: number[] = [];
  const kill = async () => {
    while (!over.signal.aborted) {
      const [pid] = await deployment.backends("callboard-ingest").catch(() => []);
      if (pid !== undefined) {
        process.kill(pid, "SIGKILL");
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
  expect(closed).toBeGreaterThan(20);
  expect(found).toMatchObject(isNothingLost);
  await app.stop();
});

/** Starts another server on Postgres's port. Passes each connection to `onConnection` and records its time. */
async function startImpostor(
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<{ server: Server; connectedAt: number[] }> {
  const connectedAt: number[] = [];
  const server = createServer((socket) => {
    connectedAt.push(performance.now());
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { server, connectedAt };
}

for (const [behavior, onConnection] of [
  ["closes at once", (socket: Socket) => socket.end()],
  ["resets at once", (socket: Socket) => socket.resetAndDestroy()],
  ["closes at the first data", (socket: Socket) => socket.once("data", () => socket.end())],
  ["sends nothing", () => {}],
] as const) {
  // postgres.js handles the first and the last case badly.
  if (!isLong && behavior !== "closes at once" && behavior !== "sends nothing") {
    continue;
  }
  test(`row 43: a server that accepts and ${behavior} is tried at most once a second`, async ({ deployment }, info) => {
    test.setTimeout(90_000);
    const app = await deployment.startApp({ env: { SPOOL_DIR: join(deployment.folder, "spool-43") } });
    let impostor: Awaited<ReturnType<typeof startImpostor>> | undefined;
    const sockets: Socket[] = [];
    const found = await runFault(info, {
      row: "43",
      fault: `a server that accepts and ${behavior}, for 8 s`,
      deployment,
      app,
      begin: async () => {
        await deployment.postgres.stop();
        impostor = await startImpostor(deployment.postgres.port, (socket) => {
          sockets.push(socket);
          onConnection(socket);
        });
      },
      end: async () => {
        for (const socket of sockets) {
          socket.destroy();
        }
        await new Promise((resolve) => impostor?.server.close(resolve));
        await deployment.postgres.start();
      },
      seconds: 8,
    });
    const gaps = impostor?.connectedAt.slice(1).map((at, index) => at - (impostor?.connectedAt[index] ?? 0)) ?? [];
    expect(gaps.length, "the application retries repeatedly").toBeGreaterThan(3);
    expect(Math.min(...gaps)).toBeGreaterThan(950);
    expect(found).toMatchObject({ ...isNothingLost, answered: found.sent });
    expect(found.recoverySeconds).toBeLessThan(5);
    await app.stop();
  });
}

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

test("the audit finds a missing delivery", async ({ deployment }) => {
  const result = { callId: "never-sent", delivered: true, attempts: [] };
  expect(await audit(deployment, [result])).toMatchObject({ sent: 1, found: 0, lost: 1, forgotten: ["never-sent"] });
});
