import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { expect } from "@playwright/test";

import type { DeliveryResult } from "@/scripts/simulator/sender";
import { test } from "@/tests/fixtures/deployment";

import { type RawConnection, rawConnection, type RawRequest, rawRequest } from "../fixtures/raw-http";
import { notCompleted, postWebhook } from "../fixtures/webhooks";
import { startLoad } from "./load";
import { isLong, isNothingLost, runFault } from "./scenario";

/** Somebody without an account occupies the application. */

const MEGABYTE = 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 0x20);
const seconds = isLong ? 60 : 15;

test("row 64: while 250 connections try to sign in, each delivery is answered within a second", async ({
  deployment,
}, info) => {
  test.setTimeout((seconds * 2 + 120) * 1000);
  const app = await deployment.startApp({ env: { SPOOL_DIR: undefined } });
  // The first attempt loads what sign-ins need.
  await fetch(`${app.url}/api/auth/sign-in/email`, { method: "POST", body: "{}" });
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
  const held: RawRequest[] = [];
  let more: NodeJS.Timeout | undefined;
  /** Sends a body of 10 MB, or as much as is accepted, without its last byte. */
  const hold = async () => {
    const path = ["/sign-in", "/calls", "/api/auth/sign-in/email", "/nothing-here"][held.length % 4];
    const bytes = held.length % 2 === 0 ? 10 * MEGABYTE : MEGABYTE;
    const request = rawRequest(`${app.url}${path}`, { "Content-Length": String(bytes) });
    held.push(request);
    const closed = new Promise<void>((resolve) => request.socket.once("close", () => resolve()));
    for (let sent = 1; sent < bytes && !request.socket.destroyed; sent += PIECE.length) {
      await Promise.race([request.write(PIECE.subarray(0, Math.min(PIECE.length, bytes - sent))), closed]);
    }
  };
  const found = await runFault(info, {
    row: "65",
    fault: `100 connections that hold a body, and 20 more each second, for ${seconds} s`,
    deployment,
    app,
    begin: async () => {
      await Promise.all(Array.from({ length: 100 }, hold));
      more = setInterval(() => void hold(), 50);
    },
    end: async () => {
      clearInterval(more);
      for (const { socket } of held) {
        socket.destroy();
      }
    },
    seconds,
  });
  expect(found).toMatchObject(isNothingLost);
  expect(longest(found.results), "within the vendor's limit").toBeLessThan(10_000);
});

test("row 66: 2,100 silent connections do not keep a delivery out, and the first of them are closed", async ({
  deployment,
}) => {
  test.setTimeout(90_000);
  const app = await deployment.startApp();
  const silent = await openConnections(app.url, 2100);
  await expect.poll(() => app.logs(), { timeout: 60_000 }).toContain('"connections_closed"');
  expect(silent[0]?.socket.destroyed).toBe(true);
  await postWebhook(app, notCompleted("among-silent-connections"));
  expect((await fetch(`${app.url}/api/health`)).status).toBe(200);
  for (const { socket } of silent) {
    socket.destroy();
  }
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
      await transaction`lock table one_time_links in access exclusive mode`;
      isLocked.resolve();
      await over.promise;
    });
    return [];
  });
  await isLocked.promise;
  const waiting = await openConnections(app.url, 2000, "GET /reset/no-such-link HTTP/1.1\nHost: x\n\n");
  // While connections arrive, those whose request has not been read make room for others: the places that this left are filled first.
  const others = await openConnections(app.url, 200, "GET /sign-in HTTP/1.1\nHost: x\n\n");
  await expect.poll(() => others.filter((other) => other.statuses()[0] === 503).length).toBeGreaterThan(50);
  await postWebhook(app, notCompleted("among-waiting-requests"));
  over.resolve();
  await locking;
  for (const { socket } of [...waiting, ...others]) {
    socket.destroy();
  }
  await expect.poll(() => fetch(`${app.url}/sign-in`).then(({ status }) => status)).toBe(200);
  await app.kill();
});

/** Opens connections and sends `text` on each. In small groups, because a full queue of the system delays some by seconds. */
async function openConnections(url: string, count: number, text = ""): Promise<RawConnection[]> {
  const opened: RawConnection[] = [];
  while (opened.length < count) {
    const group = Array.from({ length: Math.min(50, count - opened.length) }, () => rawConnection(url, text));
    await Promise.all(group.map(({ socket }) => once(socket, "connect")));
    opened.push(...group);
  }
  return opened;
}
