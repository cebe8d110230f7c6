import { spawn } from "node:child_process";

import { findFreePort, answers } from "@/scripts/launcher/ports";
import { BUILD } from "@/tests/fixtures/build";
import { createDatabase } from "@/tests/fixtures/database";
import { environment, WEBHOOK_SECRET } from "@/tests/fixtures/environment";
import { expect, test } from "@/tests/fixtures/test";
import { notCompleted } from "@/tests/fixtures/webhooks";

test("on a platform without `waitUntil`, what follows the answer does not change it, and is still done", async () => {
  // Its own: an application on the worker's database could take the job.
  const database = await createDatabase();
  const port = await findFreePort();
  const child = spawn(
    process.execPath,
    ["tests/fixtures/bare-function.mjs", BUILD, "server/app/webhooks/sarj/[secret]/route.js", String(port)],
    {
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "production",
        NEXT_RUNTIME: "nodejs",
        ...environment({ databaseUrl: database.url, appPort: port, vendorPort: 1 }),
      },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));
  try {
    await expect.poll(() => answers(port, "127.0.0.1")).toBe(true);
    const post = async (secret: string, callId: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}/webhooks/sarj/${secret}`, {
        method: "POST",
        body: JSON.stringify(notCompleted(callId)),
      });
      return { status: answer.status, body: await answer.json() };
    };
    expect(await post(WEBHOOK_SECRET, "bare-1")).toMatchObject({ status: 200, body: { verdict: "applied" } });
    expect(await database.sql`select call_id from deliveries`).toEqual([{ call_id: "bare-1" }]);
    expect(await post("wrong", "bare-2")).toEqual({ status: 404, body: { error: "not_found" } });
    // The API at port 1 refuses the connection, which the job after the answer has found out.
    await expect.poll(() => output).toMatch(/"event":"enrichment_failed".*"call_id":"bare-1"/);
  } finally {
    child.kill("SIGKILL");
    await database.close();
  }
});
