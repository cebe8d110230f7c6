import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runCommand, step } from "./launcher/terminal";
import { startEmbeddedPostgres } from "./postgres/embedded";

/** `npm run bench [-- calls]` fills a database and prints ratios. Both sides of each ratio are measured alternately in the same run. */

const CALLS = Number(process.argv[2] ?? 200_000);
const ROUNDS = 15;

await runCommand(async () => {
  const folder = mkdtempSync(join(tmpdir(), "callboard-bench-"));
  const postgres = await step("Starting PostgreSQL", () =>
    startEmbeddedPostgres({ directory: join(folder, "postgres"), durable: false }),
  );
  try {
    Object.assign(process.env, {
      DATABASE_URL: postgres.ownerUrl,
      SARJ_WEBHOOK_SECRETS: "benchmark-0123456789abcdefghijklm",
      AUTH_SECRET: "benchmark-0123456789abcdefghijklm",
      APP_URL: "http://localhost:3000",
    });
    const { measureAll } = await import("@/tests/bench/measures");
    for (const line of await measureAll(postgres.ownerUrl, { calls: CALLS, rounds: ROUNDS })) {
      console.log(line);
    }
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  process.exit(0);
});
