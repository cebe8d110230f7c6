import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test } from "@playwright/test";

/** Logs a line after the reader has closed the pipe. As in the application, an uncaught error is also logged. Exits with 7 after one. */
const PROGRAM = `
  import { log, ignoreClosedOutput } from "./lib/log";
  if (process.env.GUARD === "1") ignoreClosedOutput();
  let uncaught = 0;
  process.on("uncaughtException", () => { uncaught += 1; log("error", "console"); });
  process.stdin.once("end", () => {
    log("info", "after the reader closed the pipe");
    setTimeout(() => process.exit(uncaught === 0 ? 0 : 7), 300);
  }).resume();
`;

async function exitCode(guard: "0" | "1"): Promise<number | null> {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", PROGRAM], {
    env: { ...process.env, GUARD: guard },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdout.destroy();
  child.stdin.end();
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

test("after the reader of the log has closed the pipe, logging a line does not raise an error that would itself be logged", async () => {
  expect(await exitCode("1")).toBe(0);
  expect(await exitCode("0"), "without the guard").toBe(7);
});
