import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Browser, ensureBrowser } from "./launcher/browser";
import { build, isBuilt } from "./launcher/build";
import { command, duration, Refusal } from "./launcher/terminal";

/** `npm test [-- filters and options of Playwright]`: every check and every test; the last line counts them. */

const DIST = ".next-test";
const NEXT = "node_modules/next/dist/bin/next";
const bin = (name: string) => `node_modules/.bin/${name}`;

type Counts = { passed: number; failed: number };

await command(async () => {
  const counts: Counts = { passed: 0, failed: 0 };
  const check = async (title: string, run: () => Promise<string | null>) => {
    const began = performance.now();
    const problem = await run().catch((error: unknown) => (error as Error).message);
    counts[problem === null ? "passed" : "failed"] += 1;
    console.log(`${problem === null ? "✓" : "✗"} ${title} (${duration(performance.now() - began)})`);
    if (problem !== null) {
      console.log(problem.replaceAll(/^/gm, "    "));
    }
    return problem === null;
  };

  await check("the lockfile is whole", () => tool(process.execPath, ["scripts/complete-lockfile.mjs", "--check"]));
  await check("lint and layering", () => tool(bin("oxlint"), ["--deny-warnings"]));
  await check("format", () => tool(bin("oxfmt"), ["--check"]));
  await check("types", async () => {
    // Writes the types of the routes, which the links are checked against.
    const problem = await tool(process.execPath, [NEXT, "typegen"]);
    return problem ?? tool(bin("tsc"), ["--noEmit"]);
  });
  const built = await check("build", async () => {
    if (!isBuilt(DIST)) {
      await build(DIST);
    }
    return null;
  });

  let browser: Browser | null = null;
  await check("a browser", async () => {
    browser = await ensureBrowser();
    return null;
  });
  const options = process.argv.slice(2);
  // What kills and starves is measured by itself: beside a browser it would be measured with it.
  const passes =
    built && options.length === 0
      ? [
          ["--project=unit", "--project=integration", "--project=e2e"],
          // Playwright empties its folder: the first pass would lose what it kept of its failures.
          ["--project=faults", "--workers=1", "--output=test-results/faults"],
        ]
      : [options];
  for (const pass of passes) {
    const result = await runTests({ browser, isUnitOnly: !built, options: pass });
    counts.passed += result.passed;
    counts.failed += result.failed;
  }

  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exit(counts.failed === 0 ? 0 : 1);
});

/** What it printed if it failed, else null. */
function tool(program: string, args: string[]): Promise<string | null> {
  const child = spawn(program, args, {
    env: { ...process.env, NEXT_DIST_DIR: DIST, NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Refusal(`${program} could not be started: ${error.message}`)));
    child.once("close", (code) => resolve(code === 0 ? null : Buffer.concat(chunks).toString("utf8").trim()));
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
  const args = ["node_modules/@playwright/test/cli.js", "test", ...(isUnitOnly ? ["--project=unit"] : []), ...options];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NEXT_DIST_DIR: DIST, CALLBOARD_TEST_REPORT: report, ...browserEnvironment(browser) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  // A terminal's Ctrl-C reaches Playwright by itself; a process manager's SIGTERM does not. It ends what it started on SIGINT.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGINT"));
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", resolve);
  });
  const counts = readCounts(report);
  rmSync(folder, { recursive: true, force: true });
  // A file that does not load, or a run that was cut short, fails without a test that failed.
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
