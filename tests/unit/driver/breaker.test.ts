import { createServer, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { expect, test } from "@playwright/test";
import { sql } from "drizzle-orm";

import { open } from "@/db/driver/client";
import { errorCode } from "@/lib/log";
import { findFreePort } from "@/scripts/launcher/ports";

/** Asks over and over, five at once, for so long, of a server that does this with everybody who comes. */
async function askFor(ms: number, treat: (socket: Socket) => void) {
  const came: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    came.push(performance.now());
    sockets.add(socket);
    socket.on("error", () => {});
    treat(socket);
  });
  const port = await findFreePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const on = open({
    url: `postgres://nobody@127.0.0.1:${port}/nowhere`,
    name: "test",
    max: 5,
    statementTimeoutSeconds: 5,
  });
  const codes = new Set<string>();
  const until = performance.now() + ms;
  const ask = async () => {
    while (performance.now() < until) {
      await on.execute(sql`select 1`).catch((error: unknown) => codes.add(errorCode(error)));
      await wait(20);
    }
  };
  await Promise.race([Promise.all([ask(), ask(), ask(), ask(), ask()]), wait(ms + 500)]);
  void on.$client.end({ timeout: 0 });
  for (const socket of sockets) {
    socket.destroy();
  }
  server.close();
  return { gaps: came.slice(1).map((at, index) => at - (came[index] ?? 0)), codes: [...codes] };
}

for (const [name, treat] of [
  ["closes at once", (socket: Socket) => socket.end()],
  ["resets at once", (socket: Socket) => socket.resetAndDestroy()],
  ["closes at the first word", (socket: Socket) => socket.once("data", () => socket.end())],
  ["says nothing", () => {}],
] as const) {
  test(`row 43: a server that accepts and ${name} is asked once a second`, async () => {
    const { gaps, codes } = await askFor(3600, treat);
    expect(gaps.length, "it is asked again and again").toBeGreaterThanOrEqual(2);
    expect(gaps.length).toBeLessThanOrEqual(4);
    expect(Math.min(...gaps)).toBeGreaterThan(900);
    if (name !== "says nothing") {
      expect(codes, "in between the answer comes at once").toContain("DATABASE_AWAY");
    }
  });
}
