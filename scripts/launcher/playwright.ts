import { spawn } from "node:child_process";

/** The folder of the build that the tests run against, beside the one that `npm start` serves from. */
export const TEST_DIST = ".next-test";

/** Runs `playwright test` with these arguments against the build in TEST_DIST. Resolves with its exit code, 1 if it did not start. */
export async function runPlaywright(args: string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ["node_modules/@playwright/test/cli.js", "test", ...args], {
    env: { ...process.env, NEXT_DIST_DIR: TEST_DIST, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  // Ctrl-C in a terminal reaches Playwright too, and on SIGINT it ends what it started. The SIGTERM of a process manager reaches
  // only this process.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGINT"));
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", resolve);
  });
  return code ?? 1;
}
