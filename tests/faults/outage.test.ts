import { readdirSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

import { expect } from "@playwright/test";

import { test } from "@/tests/fixtures/deployment";

import { complete } from "../fixtures/webhooks";
import { audit, countCalls } from "./load";
import { isLong, isNothingLost, runFault, spooled, statuses } from "./scenario";

/** Postgres is unavailable: stopped, or replaced by another server on its port. */

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

test("the audit finds a missing delivery", async ({ deployment }) => {
  const result = { callId: "never-sent", delivered: true, attempts: [] };
  expect(await audit(deployment, [result])).toMatchObject({ sent: 1, found: 0, lost: 1, forgotten: ["never-sent"] });
});
