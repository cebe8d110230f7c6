import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, test } from "@playwright/test";

import { takeTurn } from "@/lib/http/node-server/turns";
import { rawConnection } from "@/tests/fixtures/raw-http";

/** A server whose requests take turns. */
async function startServer(handle: RequestListener) {
  const server = createServer((request, response) => takeTurn(response, () => handle(request, response)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    /** Sends requests at once, on one connection. */
    request: (path: string, count = 1) =>
      rawConnection(`http://127.0.0.1:${port}`, `GET ${path} HTTP/1.1\nHost: x\n\n`.repeat(count)),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

test("of 200 requests, at most sixteen are worked on at once, and all are answered", async () => {
  let running = 0;
  let most = 0;
  const { request, stop } = await startServer((_, response) => {
    running += 1;
    most = Math.max(most, running);
    setImmediate(() => {
      running -= 1;
      response.end();
    });
  });
  const { statuses } = request("/", 200);
  await expect.poll(() => statuses().length).toBe(200);
  expect(most).toBeLessThanOrEqual(16);
  stop();
});

test("requests that are never answered do not keep others waiting", async () => {
  const { request, stop } = await startServer(({ url }, response) => {
    if (url === "/answered") {
      response.end();
    }
  });
  request("/never", 40);
  await expect.poll(request("/answered").statuses).toEqual([200]);
  stop();
});
