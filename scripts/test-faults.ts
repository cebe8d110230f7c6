import { build, isBuilt } from "./launcher/build";
import { runPlaywright, TEST_DIST } from "./launcher/playwright";
import { runCommand } from "./launcher/terminal";

/**
 * `npm run test:faults [-- --long] [filters and options of Playwright]` exposes the application to outages, kills and full disks, and
 * prints a table of the results. `--long` uses the durations and counts of `docs/faults.md` and takes half an hour.
 */

await runCommand(async () => {
  const options = process.argv.slice(2);
  const isLong = options.includes("--long");
  if (!isBuilt(TEST_DIST)) {
    await build(TEST_DIST);
  }
  const code = await runPlaywright(
    ["--project=faults", "--workers=1", ...options.filter((option) => option !== "--long")],
    isLong ? { FAULTS_LONG: "1" } : {},
  );
  process.exit(code);
});
