import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { expect } from "@playwright/test";

import type { DeliveryResult } from "@/scripts/simulator/sender";
import { test } from "@/tests/fixtures/deployment";

import { type RawConnection, rawConnection, rawRequest } from "../fixtures/raw-http";
import { notCompleted, postWebhook } from "../fixtures/webhooks";
import { startLoad } from "./load";
import { isLong, isNothingLost, runFault } from "./scenario";

/** Somebody without an account occupies the application. */

/** A sender that waits for nothing but the first answer shows how long each delivery takes. */
const seconds = isLong ? 60 : 15;

test("row 64: while 250 connections try to sign in, each delivery is answered within a second", async ({
  deployment,
}, info) => {
  test.setTimeout((seconds * 2 + 120) * 1000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const calm = startLoad({ url: app.webhookUrl, perSecond: 20, name: `${info.testId}-calm` });
  await expect.poll(() => calm.results().length, { timeout: 30_000 }).toBeGreaterThan(100);
  const undisturbed = longest(await calm.stop());

  let flood: Flood | undefined;
  const found = await runFault(info, {
    row: "64",
    fault: `250 connections trying to sign in with invented addresses, for ${seconds} s`,
    deployment,
    app,
    begin: async () => {
      flood = startFlood(app.url, 250);
      await expect.poll(() => flood?.answered(), { timeout: 30_000 }).toBeGreaterThan(0);
    },
    end: async () => flood?.stop(),
    seconds,
  });
  expect(found).toMatchObject(isNothingLost);
  const disturbed = longest(found.results);
  info.annotations.push({
    type: "longest answer in ms",
    description: `${undisturbed} without, ${disturbed} with the flood`,
  });
  // On a machine that is busy with other things, twice the time without the flood.
  expect(disturbed).toBeLessThan(Math.max(1000, 2 * undisturbed));
});

/** The longest time until an attempt was answered, or ended without an answer, in milliseconds. */
function longest(results: readonly DeliveryResult[]): number {
  return Math.max(...results.flatMap(({ attempts }) => attempts.map(({ ms }) => ms)));
}

type Flood = { answered: () => number; stop: () => Promise<void> };

function startFlood(url: string, connections: number): Flood {
  const child = spawn(process.execPath, [join("tests", "fixtures", "sign-in-flood.mjs"), url, String(connections)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let count = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    count = Object.values(JSON.parse(line) as Record<string, number>).reduce((sum, part) => sum + part, 0);
  });
  return {
    answered: () => count,
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}

test("row 65: held bodies do not delay deliveries", async ({ deployment }, info) => {
  test.setTimeout((seconds * 2 + 120) * 1000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  const held = new Set<ReturnType<typeof rawRequest>>();
  const over = new AbortController();
  // Each connection sends 10 MB except for the last byte, and again as soon as it is closed.
  const hold = async (path: string) => {
    const piece = Buffer.alloc(64 * 1024, 0x20);
    while (!over.signal.aborted) {
      const request = rawRequest(`${app.url}${path}`, { "Content-Length": String(160 * piece.length + 1) });
      held.add(request);
      const closed = new Promise<void>((resolve) => request.socket.once("close", () => resolve()));
      for (let count = 0; count < 160 && !request.socket.destroyed; count += 1) {
        await Promise.race([request.write(piece), closed]);
      }
      await closed;
      held.delete(request);
    }
  };
  const found = await runFault(info, {
    row: "65",
    fault: `100 connections that hold a body of 10 MB, for ${seconds} s`,
    deployment,
    app,
    begin: async () => {
      for (let index = 0; index < 100; index += 1) {
        void hold(["/sign-in", "/calls", "/api/auth/sign-in/email", "/nothing-here"][index % 4] ?? "");
      }
    },
    end: async () => {
      over.abort();
      for (const { socket } of held) {
        socket.destroy();
      }
    },
    seconds,
  });
  expect(found).toMatchObject(isNothingLost);
  expect(longest(found.results)).toBeLessThan(10_000);
});

test("row 66: 2,100 silent connections do not keep a delivery out, and the first of them are closed", async ({
  deployment,
}) => {
  test.setTimeout(90_000);
  const app = await deployment.startApp();
  const silent: RawConnection[] = [];
  for (let index = 0; index < 2100; index += 1) {
    silent.push(rawConnection(app.url));
  }
  await expect.poll(() => silent.filter(({ socket }) => socket.destroyed).length).toBeGreaterThan(90);
  await postWebhook(app, notCompleted("among-silent-connections"));
  expect((await fetch(`${app.url}/api/health`)).status).toBe(200);
  expect(silent[0]?.socket.destroyed).toBe(true);
  expect(silent.at(-1)?.socket.destroyed).toBe(false);
  await app.kill();
});

test("row 66: while 2,000 requests wait for the database, a delivery is stored, and other requests are answered 503", async ({
  deployment,
}) => {
  test.setTimeout(150_000);
  const app = await deployment.startApp();
  const over = Promise.withResolvers<void>();
  const isLocked = Promise.withResolvers<void>();
  const locking = deployment.query(async (sql) => {
    await sql.begin(async (transaction) => {
      await transaction`lock table rate_limit in access exclusive mode`;
      isLocked.resolve();
      await over.promise;
    });
    return [];
  });
  await isLocked.promise;
  const body = JSON.stringify({ email: "nobody@callboard.example", password: "not the password" });
  const signIn = `POST /api/auth/sign-in/email HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: ${body.length}\n\n${body}`;
  const waiting = Array.from({ length: 2000 }, () => rawConnection(app.url, signIn));
  const pageStatus = () =>
    fetch(`${app.url}/sign-in`, { signal: AbortSignal.timeout(2000) }).then(
      ({ status }) => status,
      () => null,
    );
  await expect.poll(pageStatus, { timeout: 60_000 }).toBe(503);
  await postWebhook(app, notCompleted("among-waiting-requests"));
  over.resolve();
  await locking;
  for (const { socket } of waiting) {
    socket.destroy();
  }
  await expect.poll(pageStatus, { timeout: 20_000 }).toBe(200);
  await app.kill();
});
