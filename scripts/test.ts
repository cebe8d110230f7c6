import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { selectsOnlyUnitTests } from "../tests/fixtures/selection";
import { type Browser, ensureBrowser, findInstalledBrowser } from "./launcher/browser";
import { build, isBuilt } from "./launcher/build";
import { runPlaywright, TEST_DIST } from "./launcher/playwright";
import { runProgram } from "./launcher/run-program";
import { formatDuration, runCommand } from "./launcher/terminal";

/**
 * `npm test` runs every check and every test. `npm test -- merge` runs the tests whose path contains "merge", without lint, format and
 * types, and builds only if those tests need a build. It accepts every filter and option of Playwright. The last line has the numbers
 * of passed and failed checks and tests.
 */

const NEXT = "node_modules/next/dist/bin/next";
const bin = (name: string) => `node_modules/.bin/${name}`;

type Counts = { passed: number; failed: number };

await runCommand(async () => {
  const options = process.argv.slice(2);
  const isWhole = options.length === 0;
  const isUnitOnly = selectsOnlyUnitTests(options);
  const counts: Counts = { passed: 0, failed: 0 };
  const check = async (title: string, run: () => Promise<string | null>) => {
    const began = performance.now();
    const problem = await run().catch((error: unknown) => (error as Error).message);
    counts[problem === null ? "passed" : "failed"] += 1;
    console.log(`${problem === null ? "✓" : "✗"} ${title} (${formatDuration(performance.now() - began)})`);
    if (problem !== null) {
      console.log(problem.replaceAll(/^/gm, "    "));
    }
    return problem === null;
  };

  if (isWhole) {
    await check("the lockfile is complete", () =>
      runTool(process.execPath, ["scripts/complete-lockfile.mjs", "--check"]),
    );
    await check("lint and layering", () => runTool(bin("oxlint"), ["--deny-warnings"]));
    await check("format", () => runTool(bin("oxfmt"), ["--check"]));
    await check("types", async () => {
      // `next typegen` writes the types of the routes, against which `tsc` checks links.
      const problem = await runTool(process.execPath, [NEXT, "typegen"]);
      return problem ?? runTool(bin("tsc"), ["--noEmit"]);
    });
    await check("no dead exports, files or dependencies", () => runTool(bin("knip"), []));
  }
  const isBuildReady =
    isUnitOnly ||
    (await check("build", async () => {
      if (!isBuilt(TEST_DIST)) {
        await build(TEST_DIST);
      }
      return null;
    }));

  let browser: Browser | null = null;
  if (!isUnitOnly) {
    await check("a browser", async () => {
      // Starting a browser to test it takes a second or two, so a partial run uses the browser that worked last time.
      browser = (isWhole ? null : findInstalledBrowser()) ?? (await ensureBrowser());
      return null;
    });
  }
  // The fault tests measure times, so they run alone. A browser in parallel would slow them down.
  const runs =
    isBuildReady && isWhole
      ? [
          ["--project=unit", "--project=integration", "--project=e2e"],
          // Playwright empties its output folder at the start. In the same folder, the traces of the first run would be lost.
          ["--project=faults", "--workers=1", "--output=test-results/faults"],
        ]
      : [options];
  for (const run of runs) {
    const result = await runTests({ browser, isUnitOnly: !isBuildReady, options: run });
    counts.passed += result.passed;
    counts.failed += result.failed;
  }

  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed === 0 ? 0 : 1);
});

function runTool(program: string, args: string[]): Promise<string | null> {
  return runProgram(program, args, {
    env: { NEXT_DIST_DIR: TEST_DIST, NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
  });
}

async function runTests({
  browser,
  isUnitOnly,
  options,
}: {
  browser: Browser | null;
  isUnitOnly: boolean;
  options: string[];
}): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "callboard-report-"));
  const report = join(folder, "report.json");
  const code = await runPlaywright([...(isUnitOnly ? ["--project=unit"] : []), ...options], {
    CALLBOARD_TEST_REPORT: report,
    ...browserEnvironment(browser),
  });
  const counts = readCounts(report);
  rmSync(folder, { recursive: true, force: true });
  // If a test file does not load or the run is interrupted, the run fails without a failed test.
  return code === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

function browserEnvironment(browser: Browser | null): Record<string, string> {
  if (browser?.path === undefined) {
    return {};
  }
  return { CHROMIUM_PATH: browser.path, CHROMIUM_SANDBOX: browser.sandbox ? "1" : "0" };
}

function readCounts(report: string): Counts {
  try {
    const { stats } = JSON.parse(readFileSync(report, "utf8")) as {
      stats: { expected: number; unexpected: number; flaky: number };
    };
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected };
  } catch {
    return { passed: 0, failed: 0 };
  }
}
