import { spawn } from "node:child_process";

import { build, isBuilt } from "./launcher/build";
import { command } from "./launcher/terminal";

/**
 * `npm run test:faults [-- --long] [filters and options of Playwright]`: the application against outages, kills and full disks, and a
 * table of what became of the deliveries. `--long` takes the outages and counts of `docs/faults.md`, which is half an hour.
 */

const DIST = ".next-test";

await command(async () => {
  const options = process.argv.slice(2);
  if (!isBuilt(DIST)) {
    await build(DIST);
  }
  const child = spawn(
    process.execPath,
    [
      "node_modules/@playwright/test/cli.js",
      "test",
      "--project=faults",
      "--workers=1",
      ...options.filter((option) => option !== "--long"),
    ],
    {
      env: { ...process.env, NEXT_DIST_DIR: DIST, ...(options.includes("--long") ? { FAULTS_LONG: "1" } : {}) },
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  // A terminal's Ctrl-C reaches Playwright by itself; a process manager's SIGTERM does not. It ends what it started on SIGINT.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGINT"));
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", resolve);
  });
  process.exit(code ?? 1);
});
