import { spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test } from "@playwright/test";

/** Logs a line after its reader has closed the pipe. An uncaught error is logged too, as in the application. Exits with 7 if there was one. */
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

test("when the reader of the log closes the pipe, a line does not raise an error that is logged again", async () => {
  expect(await exitCode("1")).toBe(0);
  expect(await exitCode("0"), "without the guard").toBe(7);
});
