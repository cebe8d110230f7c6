import { spawn } from "node:child_process";

/** The folder of the build under test. `npm start` uses another folder. */
export const TEST_DIST = ".next-test";

/** Runs `playwright test` with these arguments against the build in TEST_DIST. Resolves with its exit code, or 1 if it did not start. */
export async function runPlaywright(args: string[], env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ["node_modules/@playwright/test/cli.js", "test", ...args], {
    env: { ...process.env, NEXT_DIST_DIR: TEST_DIST, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  // Ctrl-C in a terminal also reaches Playwright, which then ends its own child processes. The SIGTERM of a process manager reaches
  // only this process.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGINT"));
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(1));
    child.once("close", resolve);
  });
  return code ?? 1;
}
