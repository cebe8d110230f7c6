import { spawnSync } from "node:child_process";

import { expect, test } from "@playwright/test";

import { environment } from "@/tests/fixtures/environment";

const CANARY = "+966500042042";

test("row 62: a delivery that fails in front of the framework is logged with where, and without its text", () => {
  const work = `
    import("./server/ingest/deliver-directly.ts").then(async ({ deliverDirectly }) => {
      const { IncomingMessage, ServerResponse } = require("node:http");
      const request = new IncomingMessage(new (require("node:net").Socket)());
      const response = new ServerResponse(request);
      Object.defineProperty(request, "headers", {
        get: () => {
          throw new TypeError("failed with ${CANARY}");
        },
      });
      await deliverDirectly(request, response, "12345678");
      console.log(response.statusCode);
      process.exit();
    })`;
  const env = environment({ databaseUrl: "postgres://u:p@127.0.0.1:1/x", appPort: 1, vendorPort: 1 });
  const { stdout } = spawnSync(process.execPath, ["--import", "tsx", "-e", work], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", ...env },
    encoding: "utf8",
  });
  const [line = "", status] = stdout.trim().split("\n");
  expect([JSON.parse(line), status]).toMatchObject([
    { level: "error", event: "delivery_failed", error_name: "TypeError", secret_label: "12345678" },
    "500",
  ]);
  expect((JSON.parse(line) as { stack: string[] }).stack.join()).toContain("deliver-directly");
  expect(stdout).not.toContain(CANARY);
});
