import { availableParallelism } from "node:os";

import { defineConfig } from "@playwright/test";

import { findInstalledBrowser } from "./scripts/launcher/browser";
import { applyWorkerEnvironment } from "./tests/fixtures/environment";

// Each worker evaluates this file before its tests, so the environment is set when a test imports `lib/env.ts`.
applyWorkerEnvironment();

const browser = findInstalledBrowser();
const report = process.env.CALLBOARD_TEST_REPORT;

export default defineConfig({
  // One worker for each core, at most four. Each has its own application, database and browser.
  workers: Math.max(1, Math.min(4, availableParallelism())),
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [
    process.env.CI ? ["dot"] : ["list"],
    ["./tests/faults/reporter.ts"],
    // `npm test` reads the counts for its last line from this file.
    ...(report === undefined ? [] : [["json", { outputFile: report }] as const]),
  ],
  outputDir: "test-results",
  globalSetup: "./tests/fixtures/global-setup.ts",
  use: {
    locale: "en-US",
    timezoneId: "Asia/Riyadh",
    viewport: { width: 1440, height: 900 },
    // Without these, a click that hangs ends with its test, whose error does not say which click it was.
    actionTimeout: 30_000,
    navigationTimeout: 30_000,
    // Recording a screenshot of every frame takes more of a small machine than the tests do. A failed test has the last one.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
    launchOptions: {
      ...(browser === null ? {} : { executablePath: browser.path }),
      chromiumSandbox: browser?.sandbox ?? false,
      args: ["--disable-gpu", "--disable-quic", "--disable-sync"],
    },
  },
  projects: [
    { name: "unit", testDir: "tests/unit" },
    { name: "integration", testDir: "tests/integration" },
    { name: "e2e", testDir: "tests/e2e" },
    { name: "faults", testDir: "tests/faults" },
  ],
});
