import { createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { expect, test } from "@playwright/test";
import { sql } from "drizzle-orm";

import { open } from "@/db/driver/client";
import { errorCode } from "@/lib/log";
import { findFreePort } from "@/scripts/launcher/ports";

/**
 * Queries a server in five parallel loops for `ms`. The server passes each connection to `onConnection`. Returns the pauses between
 * the connections, in milliseconds, and the error codes of failed queries.
 */
async function queryFor(ms: number, onConnection: (socket: Socket) => void) {
  const connectedAt: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connectedAt.push(performance.now());
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const client = open({
    url: `postgres://nobody@127.0.0.1:${port}/nowhere`,
    name: "test",
    max: 5,
    statementTimeoutSeconds: 5,
  });
  const codes = new Set<string>();
  const until = performance.now() + ms;
  const query = async () => {
    while (performance.now() < until) {
      await client.execute(sql`select 1`).catch((error: unknown) => codes.add(errorCode(error)));
      await wait(20);
    }
  };
  await Promise.race([Promise.all([query(), query(), query(), query(), query()]), wait(ms + 500)]);
  void client.$client.end({ timeout: 0 });
  for (const socket of sockets) {
    socket.destroy();
  }
  server.close();
  return { gaps: connectedAt.slice(1).map((at, index) => at - (connectedAt[index] ?? 0)), codes: [...codes] };
}

for (const [name, onConnection] of [
  ["closes immediately", (socket: Socket) => socket.end()],
  ["resets immediately", (socket: Socket) => socket.resetAndDestroy()],
  ["closes at the first data", (socket: Socket) => socket.once("data", () => socket.end())],
  ["sends nothing", () => {}],
] as const) {
  test(`row 43: a server that accepts a connection and ${name} is tried once per second`, async () => {
    const { gaps, codes } = await queryFor(3600, onConnection);
    expect(gaps.length, "it is tried repeatedly").toBeGreaterThanOrEqual(2);
    expect(gaps.length).toBeLessThanOrEqual(4);
    expect(Math.min(...gaps)).toBeGreaterThan(900);
    if (name !== "sends nothing") {
      expect(codes, "between the attempts a query fails immediately").toContain("DATABASE_AWAY");
    }
  });
}
