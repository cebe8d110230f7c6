import { spawnSync } from "node:child_process";

import { expect, test } from "@playwright/test";

const CANARY = "+966500042042";

/** Runs a program after `quietConsole()` and returns its whole output. */
function outputOf(program: string): string {
  const source = `
    import { quietConsole } from "./lib/quiet-console.ts";
    quietConsole();
    ${program}`;
  const result = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", source], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, NODE_ENV: "production" },
  });
  expect(result.status, result.stderr).toBe(0);
  return result.stdout + result.stderr;
}

test("row 62: an error on the console is logged with its name, code, digest and frames, but without its text", () => {
  const output = outputOf(`
    const cause = Object.assign(new Error("duplicate key (${CANARY})"), { code: "23505", detail: "${CANARY}" });
    const error = new Error("Failed query: insert\\nparams: ${CANARY}\\n    at forged (/${CANARY}:1:1)", { cause });
    console.error("⨯", Object.assign(error, { digest: "1234567890" }), { params: ["${CANARY}"] });`);
  expect(output).not.toContain(CANARY);
  const line = JSON.parse(output) as { stack: string[] };
  expect(line).toMatchObject({
    level: "error",
    event: "console",
    error_name: "Error",
    error_code: "23505",
    digest: "1234567890",
  });
  expect(line.stack.length).toBeGreaterThan(0);
});

test("rows 5 and 62: any other error or warning on the console is logged without its text", () => {
  const output = outputOf(`
    console.error("Failed to handle request for /webhooks/sarj/${CANARY}");
    console.warn({ phone: "${CANARY}" });
    console.trace("${CANARY}");
    console.debug("${CANARY}");
    const changed = new Error("x");
    changed.message = "not in the stack";
    changed.stack = "Error: ${CANARY}\\n    at ${CANARY} (file:1:1)";
    changed.name = "Error ${CANARY}";
    changed.code = "code ${CANARY}";
    console.error(changed);`);
  expect(output.trim().split("\n")).toHaveLength(4);
  expect(output).not.toContain(CANARY);
});
