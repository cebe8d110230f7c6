import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@playwright/test";

import { identify, isRunning } from "@/scripts/launcher/processes";
import { isCallboardRunning, takeRunLock } from "@/scripts/launcher/run-lock";

let folder: string;
test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-lock-"));
});
test.afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const url = "http://localhost:3000";
const onLeftover = () => {};

test("the error of a second start names the URL of the first one", async () => {
  const lock = await takeRunLock(folder, { url, onLeftover });
  expect(isCallboardRunning(folder)).toBe(true);
  await expect(takeRunLock(folder, { url, onLeftover })).rejects.toThrow(
    `Callboard is already running from this folder: http://localhost:3000 (process ${process.pid}).`,
  );
  lock.release();
  expect(isCallboardRunning(folder)).toBe(false);
  (await takeRunLock(folder, { url, onLeftover })).release();
});

test("if many processes start at the same time, exactly one gets the lock", async () => {
  const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => takeRunLock(folder, { url, onLeftover })));
  expect(attempts.filter((attempt) => attempt.status === "fulfilled")).toHaveLength(1);
});

test("a new start takes over the lock of a process that has ended, and ends its remaining children", async () => {
  const orphan = spawn("sleep", ["60"], { stdio: "ignore" });
  const died = new Promise((resolve) => orphan.once("exit", (_code, signal) => resolve(signal)));
  writeFileSync(
    join(folder, "running.json"),
    JSON.stringify({
      process: { pid: 2 ** 22 + 1, born: "1" },
      url,
      children: [{ ...identify(orphan.pid ?? 0), name: "the web server", signal: "SIGTERM" }],
    }),
  );
  const leftovers: string[][] = [];
  const lock = await takeRunLock(folder, { url, onLeftover: (names) => leftovers.push(names) });
  expect(await died).toBe("SIGTERM");
  expect(leftovers).toEqual([["the web server"]]);
  lock.release();
});

test("a reused process id is neither the holder of the lock nor a leftover", async () => {
  const stranger = { pid: process.pid, born: "1" };
  expect(isRunning(identify(process.pid))).toBe(true);
  expect(isRunning(stranger)).toBe(false);
  writeFileSync(
    join(folder, "running.json"),
    JSON.stringify({ process: stranger, url, children: [{ ...stranger, name: "the database", signal: "SIGINT" }] }),
  );
  const lock = await takeRunLock(folder, { url, onLeftover: () => expect(true).toBe(false) });
  lock.release();
  expect(existsSync(join(folder, "running.json"))).toBe(false);
});

test("an incomplete lock file does not prevent a start", async () => {
  writeFileSync(join(folder, "running.json"), '{"process": {"pi');
  (await takeRunLock(folder, { url, onLeftover })).release();
});
