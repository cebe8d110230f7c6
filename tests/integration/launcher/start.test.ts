import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { expect, test } from "@playwright/test";

import { findFreePort } from "@/scripts/launcher/ports";
import { isRunning, type ProcessIdentity } from "@/scripts/launcher/processes";

/** `npm start` as people use it, with a separate data folder and the build under test. */

let folder: string;
let port: number;
const children: ChildProcess[] = [];

test.describe.configure({ timeout: 120_000 });

test.beforeEach(async () => {
  // Not `tmpdir()`: if root runs the tests, the database server runs as another user, who must be able to enter the folder.
  folder = mkdtempSync("/tmp/start-");
  chmodSync(folder, 0o711);
  port = await findFreePort();
});
test.afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill("SIGTERM");
    await exitCodeOf(child);
  }
  rmSync(folder, { recursive: true, force: true });
});

type Started = { child: ChildProcessByStdio<null, Readable, Readable>; output: () => string };

const COMMAND = [process.execPath, "scripts/bootstrap.mjs", "start"];

function start(
  env: Record<string, string> = {},
  { program, args } = { program: process.execPath, args: COMMAND.slice(1) },
): Started {
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: "production",
      PORT: String(port),
      CALLBOARD_DATA_FOLDER: join(folder, "data"),
      NEXT_DIST_DIR: process.env.NEXT_DIST_DIR ?? ".next-test",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  return { child, output: () => text };
}

async function untilRunning(started: Started): Promise<void> {
  await expect.poll(started.output, { timeout: 40_000 }).toContain("Ctrl-C stops all of it.");
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once("exit", resolve));
  }
  return child.exitCode;
}

function secrets(): Record<string, string> {
  return JSON.parse(readFileSync(join(folder, "data/secrets.json"), "utf8")) as Record<string, string>;
}

function webhookUrl(): string {
  return `http://localhost:${port}/webhooks/sarj/${secrets().webhookSecret}`;
}

async function lastDelivery(): Promise<string | null> {
  const answer = await fetch(`http://localhost:${port}/api/health`);
  return ((await answer.json()) as { last_delivery_at: string | null }).last_delivery_at;
}

test("`npm start` prints how to sign in, keeps its data across Ctrl-C and a restart, and leaves no process running", async () => {
  const first = start();
  await untilRunning(first);
  expect(first.output()).toContain(`setup and enter the code that is setupCode in ${folder}/data/secrets.json`);

  const again = start();
  expect(await exitCodeOf(again.child)).toBe(1);
  expect(again.output()).toContain(`Callboard is already running from this folder: http://localhost:${port}`);

  const body = JSON.stringify({ call_id: "kept", payload: { type: "no_answer" } });
  const url = webhookUrl();
  const answer = await fetch(url, { method: "POST", body });
  expect(await answer.json()).toMatchObject({ verdict: "applied", call_id: "kept" });
  const received = await lastDelivery();

  const { children: started } = JSON.parse(readFileSync(join(folder, "data/running.json"), "utf8")) as {
    children: ProcessIdentity[];
  };
  expect(started.map(isRunning)).toEqual([true, true]);
  first.child.kill("SIGINT");
  expect(await exitCodeOf(first.child)).toBe(0);
  expect(started.map(isRunning)).toEqual([false, false]);

  const second = start();
  await untilRunning(second);
  expect(webhookUrl()).toBe(url);
  expect(await lastDelivery()).toBe(received);
});

test("secrets that were generated are printed on a terminal, and in a log only the file that holds them", async () => {
  const inLog = start();
  await untilRunning(inLog);
  expect(statSync(join(folder, "data/secrets.json")).mode & 0o777).toBe(0o600);
  expect(inLog.output()).toContain(`/webhooks/sarj/<webhookSecret in ${folder}/data/secrets.json>`);
  inLog.child.kill("SIGTERM");
  expect(await exitCodeOf(inLog.child)).toBe(0);
  expect(Object.values(secrets())).toHaveLength(4);
  for (const secret of Object.values(secrets())) {
    expect(inLog.output()).not.toContain(secret);
  }

  const onTerminal = start({}, { program: "script", args: ["-qec", COMMAND.join(" "), "/dev/null"] });
  await untilRunning(onTerminal);
  expect(onTerminal.output()).toContain(webhookUrl());
  expect(onTerminal.output()).toContain(secrets().setupCode);
  // A signal to `script` would close the terminal and not wait for what runs on it.
  const { process: self } = JSON.parse(readFileSync(join(folder, "data/running.json"), "utf8")) as {
    process: ProcessIdentity;
  };
  process.kill(self.pid, "SIGTERM");
  await exitCodeOf(onTerminal.child);
});

test("the demo prints its password on a terminal only", async () => {
  const demo = start({}, { program: process.execPath, args: ["scripts/bootstrap.mjs", "demo"] });
  await untilRunning(demo);
  const { password } = JSON.parse(readFileSync(join(folder, "data/demo/demo.json"), "utf8")) as { password: string };
  expect(demo.output()).toContain(`password in ${folder}/data/demo/demo.json`);
  expect(demo.output()).not.toContain(password);
});

test("after a killed start, the next start works", async () => {
  const first = start();
  await untilRunning(first);
  const { process: self } = JSON.parse(readFileSync(join(folder, "data/running.json"), "utf8")) as {
    process: ProcessIdentity;
  };
  process.kill(self.pid, "SIGKILL");
  await exitCodeOf(first.child);

  const second = start();
  await untilRunning(second);
  expect(second.output()).toContain("Ending what an earlier run left behind: the database, the web server.");
});

test("a port in use is reported in one line, before anything is built or started", async () => {
  const other = createServer().listen(port, "127.0.0.1");
  try {
    const { child, output } = start();
    expect(await exitCodeOf(child)).toBe(1);
    expect(output().trim()).toBe(
      `✗ Port ${port} is in use by another program. Stop that program, or use another port: PORT=${port + 1} npm start`,
    );
  } finally {
    other.close();
  }
});

test("an invalid environment is reported with one line for each variable and without values", async () => {
  const { child, output } = start({ SARJ_WEBHOOK_SECRETS: "too-weak", AUTH_SECRET: "short" });
  expect(await exitCodeOf(child)).toBe(1);
  expect(output().trim().split("\n")).toEqual([
    "✗ Callboard cannot start, its environment is not right:",
    expect.stringContaining("- SARJ_WEBHOOK_SECRETS has a secret that is too weak"),
    expect.stringContaining("- AUTH_SECRET is too short"),
  ]);
  expect(output()).not.toContain("too-weak");
});

test("without its database the application still serves and reports the problem; a secret from the environment does not appear in a log", async () => {
  const secret = "canary-0123456789-abcdefghijklmnopqrstuv";
  const started = start({ DATABASE_URL: "postgres://u:password@127.0.0.1:1/calls", SARJ_WEBHOOK_SECRETS: secret });
  await untilRunning(started);
  expect(started.output()).toContain("127.0.0.1:1/calls cannot be reached yet (ECONNREFUSED)");
  expect((await fetch(`http://localhost:${port}/api/health`)).status).toBe(503);
  started.child.kill("SIGTERM");
  expect(await exitCodeOf(started.child)).toBe(0);
  expect(started.output()).not.toContain(secret);
  expect(started.output()).not.toContain("password");
});
