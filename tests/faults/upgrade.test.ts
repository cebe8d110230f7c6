import { type ChildProcessByStdio, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { expect, test } from "@playwright/test";
import postgres from "postgres";

import { findFreePort } from "@/scripts/launcher/ports";
import { urlsOfEmbeddedPostgres } from "@/scripts/postgres/embedded";

import { type Clone, makeClone } from "../fixtures/clone";
import { audit, type Load, startLoad } from "./load";
import { isLong, statuses, tabulate } from "./scenario";

/** The version changes: by a restart, and beside the running one. Under deliveries of a sender that gives up after three attempts, 2 s apart. */

const MIGRATION_SECONDS = isLong ? 30 : 5;

type Running = { child: ChildProcessByStdio<null, Readable, Readable>; output(): string };
type Health = { status: string; spooled: number };

let clone: Clone;
let folder: string;
let port: number;
const children = new Set<Running["child"]>();

test.describe.configure({ mode: "serial", timeout: isLong ? 900_000 : 240_000 });
test.beforeAll(async () => {
  test.setTimeout(240_000);
  clone = makeClone({ realBuild: isLong });
  // Not in the clone: if root runs the tests, the database server runs as another user, who must be able to enter the folder.
  folder = mkdtempSync("/tmp/upgrade-");
  chmodSync(folder, 0o711);
  port = await findFreePort();
});
test.afterEach(async () => {
  for (const child of children) {
    child.kill("SIGTERM");
    await exitCodeOf(child);
  }
});
test.afterAll(() => {
  clone.remove();
  rmSync(folder, { recursive: true, force: true });
});

function run(command: "start" | "upgrade" | "reinterpret"): Running {
  const child = spawn(process.execPath, ["scripts/bootstrap.mjs", command], {
    cwd: clone.folder,
    env: {
      HOME: process.env.HOME,
      NODE_ENV: "production",
      PORT: String(port),
      CALLBOARD_DATA_FOLDER: join(folder, "data"),
      ...clone.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  return { child, output: () => text };
}

async function exitCodeOf(child: Running["child"]): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once("exit", resolve));
  }
  return child.exitCode;
}

async function untilRunning(started: Running): Promise<void> {
  await expect
    .poll(() => started.output().includes("Ctrl-C stops all of it.") || `it printed:\n${started.output()}`, {
      timeout: isLong ? 600_000 : 120_000,
    })
    .toBe(true);
}

async function health(): Promise<Health | null> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/health`).catch(() => null);
  return answer === null ? null : ((await answer.json()) as Health);
}

function dataFile(name: string): unknown {
  return JSON.parse(readFileSync(join(folder, "data", name), "utf8"));
}

function runningNow() {
  const { process: launcher, children: started } = dataFile("running.json") as {
    process: { pid: number };
    children: { name: string; pid: number }[];
  };
  return { launcher: launcher.pid, web: started.find(({ name }) => name === "the web server")?.pid };
}

function load(name: string): Load {
  const { webhookSecret } = dataFile("secrets.json") as { webhookSecret: string };
  return startLoad({ url: `http://127.0.0.1:${port}/webhooks/sarj/${webhookSecret}`, perSecond: 20, name });
}

async function moreResults({ results }: Load): Promise<void> {
  const before = results().length;
  await expect.poll(() => results().length, { timeout: 60_000 }).toBeGreaterThan(before + 40);
}

/** Stops the load, waits until nothing is in the spool, and compares what was sent with the database. */
async function auditOf(stream: Load) {
  const results = await stream.stop();
  await expect.poll(async () => (await health())?.spooled, { timeout: 60_000 }).toBe(0);
  const query = async <Row extends postgres.MaybeRow>(ask: (sql: postgres.Sql) => Promise<Row[]>) => {
    const sql = postgres(urlsOfEmbeddedPostgres(join(folder, "data/postgres"))?.ownerUrl ?? "", {
      max: 1,
      onnotice: () => {},
    });
    try {
      return await ask(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  };
  return { ...(await audit({ query }, results)), statuses: statuses(results) };
}

test("row 70: a stop, a new version, and a start that installs, builds and migrates for long lose no delivery", async () => {
  const info = test.info();
  const first = run("start");
  await untilRunning(first);
  const stream = load(info.testId);
  await moreResults(stream);
  first.child.kill("SIGTERM");
  expect(await exitCodeOf(first.child)).toBe(0);

  clone.changeSource();
  clone.changeLockfile();
  clone.addMigration(`select pg_sleep(${MIGRATION_SECONDS})`);
  const beganAt = performance.now();
  const second = run("start");
  await expect.poll(async () => (await health())?.status, { intervals: [20] }).toBe("starting");
  const doorSeconds = (performance.now() - beganAt) / 1000;
  await untilRunning(second);
  // The door takes deliveries before anything is installed.
  expect(second.output()).toMatch(/Updating dependencies[^]*"error_code":"starting"[^]*Dependencies: done[^]*Building/);
  await expect.poll(async () => (await health())?.status).toBe("ok");
  await moreResults(stream);
  const { forgotten, statuses: codes, ...found } = await auditOf(stream);
  tabulate(info, {
    row: "70",
    fault: `stopped, upgraded and started, a migration of ${MIGRATION_SECONDS} s`,
    ...found,
    recoverySeconds: doorSeconds,
  });
  expect(codes[202], "kept by the door").toBeGreaterThan(MIGRATION_SECONDS * 10);
  expect({ forgotten, lost: found.lost, duplicated: found.duplicated }).toEqual({
    forgotten: [],
    lost: 0,
    duplicated: 0,
  });
});

test("row 70: an upgrade beside the running version refuses no delivery", async () => {
  const info = test.info();
  const started = run("start");
  await untilRunning(started);
  const before = runningNow();
  const stream = load(info.testId);
  await moreResults(stream);
  clone.changeSource();
  clone.changeLockfile();
  clone.addMigration(`select pg_sleep(${MIGRATION_SECONDS})`);
  const upgrade = run("upgrade");
  expect(await exitCodeOf(upgrade.child), upgrade.output()).toBe(0);
  const after = runningNow();
  expect(after.launcher).toBe(before.launcher);
  expect(after.web).not.toBe(before.web);
  // The old one has ended: its last connections were idle for some seconds.
  await expect.poll(() => isAlive(before.web), { timeout: 30_000 }).toBe(false);
  await moreResults(stream);
  const { forgotten, statuses: codes, ...found } = await auditOf(stream);
  tabulate(info, {
    row: "70",
    fault: `upgraded beside the running version, a migration of ${MIGRATION_SECONDS} s`,
    ...found,
    recoverySeconds: 0,
  });
  expect({ forgotten, lost: found.lost, codes }).toEqual({ forgotten: [], lost: 0, codes: { 200: found.sent } });

  // Commands beside it run from the copy too. Nothing may install into the folder that the launcher and the database run from.
  const beside = run("reinterpret");
  expect(await exitCodeOf(beside.child), beside.output()).toBe(0);
  expect(beside.output()).not.toMatch(/dependencies/);
  const second = run("start");
  expect(await exitCodeOf(second.child)).toBe(1);
  expect(second.output()).toContain("The dependencies have changed, but Callboard is running with the old ones");

  // What runs now is a copy of the project, and the next start uses its dependencies and its build.
  started.child.kill("SIGTERM");
  expect(await exitCodeOf(started.child)).toBe(0);
  const next = run("start");
  await untilRunning(next);
  expect(next.output()).not.toMatch(/dependencies|Building/);
  expect(readdirSync(join(clone.folder, ".releases"))).toEqual([]);
});

test("row 70: an upgrade that fails leaves the running version as it is", async () => {
  const info = test.info();
  const started = run("start");
  await untilRunning(started);
  const before = runningNow();
  const stream = load(info.testId);
  const failures: [name: string, message: RegExp, fail: () => () => void][] = [
    [
      "install",
      /this install was made to fail/,
      () => {
        clone.changeLockfile();
        return clone.fail("install");
      },
    ],
    ["build", /The build failed:[^]*this build was made to fail/, () => clone.fail("build")],
    ["migration", /cannot be used: division by zero/, () => clone.addMigration("select 1/0")],
    [
      "start",
      /web server of the new version did not start[^]*this start was made to fail/,
      () => clone.edit("scripts/launcher/listener.mjs", () => 'throw new Error("this start was made to fail");'),
    ],
  ];
  for (const [name, message, fail] of failures) {
    clone.changeSource();
    const repair = fail();
    const upgrade = run("upgrade");
    expect.soft(await exitCodeOf(upgrade.child), name).toBe(1);
    expect.soft(upgrade.output(), name).toMatch(message);
    expect.soft(upgrade.output(), name).toContain("The running version was not changed.");
    expect.soft(runningNow(), name).toEqual(before);
    repair();
  }
  const { forgotten, statuses: codes, ...found } = await auditOf(stream);
  expect({ forgotten, lost: found.lost, codes }).toEqual({ forgotten: [], lost: 0, codes: { 200: found.sent } });
  expect(readdirSync(join(clone.folder, ".releases"))).toEqual([]);
});

function isAlive(pid = 0): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
