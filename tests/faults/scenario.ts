import { setTimeout as wait } from "node:timers/promises";

import { expect, type TestInfo } from "@playwright/test";

import type { DeliveryResult } from "@/scripts/simulator/sender";
import type { Deployment } from "@/tests/fixtures/deployment";

import type { App } from "../fixtures/app";
import { audit, type Audit, type Load, startLoad } from "./load";

/** True in `npm run test:faults -- --long`: use the durations and counts of `docs/faults.md`. `npm test` uses shorter ones. */
export const isLong = process.env.FAULTS_LONG === "1";

/** What `runFault` finds if every delivery is stored exactly once. */
export const isNothingLost = { lost: 0, forgotten: [], duplicated: 0 };

/** One row of the table that is printed at the end of the run. */
export type TableRow = Omit<Audit, "forgotten"> & { row: string; fault: string; recoverySeconds: number };

export const TABLE_ROW = "faults-table-row";

/** Adds a row to the table. */
export function tabulate(info: TestInfo, row: TableRow): void {
  info.annotations.push({ type: TABLE_ROW, description: JSON.stringify(row) });
}

/**
 * Sends deliveries, causes a fault, waits for the recovery, and compares the deliveries with the database. The recovery time lasts from
 * the end of the fault until a delivery is recorded again and no delivery waits on disk.
 */
export async function runFault(
  info: TestInfo,
  {
    row,
    fault,
    deployment,
    app,
    begin,
    end,
    seconds,
    perSecond = 20,
    padding = 0,
  }: {
    row: string;
    fault: string;
    deployment: Deployment;
    app: App;
    begin: () => Promise<void>;
    end: () => Promise<void>;
    seconds: number;
    perSecond?: number;
    /** Bytes added to the body of each completed call. */
    padding?: number;
  },
): Promise<Audit & { results: DeliveryResult[]; recoverySeconds: number }> {
  const load = startLoad({
    url: app.webhookUrl,
    perSecond,
    name: info.testId,
    padding,
  });
  await expect.poll(() => load.results().length, { message: "deliveries arrive before the fault" }).toBeGreaterThan(10);
  await begin();
  await wait(seconds * 1000);
  await end();
  const recoverySeconds = await recovery(load, app);
  const results = await load.stop();
  await expect.poll(() => spooled(app), { timeout: 30_000 }).toBe(0);
  const found = await audit(deployment, results);
  const { forgotten, ...numbers } = found;
  tabulate(info, { row, fault, ...numbers, recoverySeconds });
  expect(forgotten, "answered 2xx and not in the database").toEqual([]);
  return { ...found, results, recoverySeconds };
}

/** Returns the seconds from now until a delivery is answered 200 and no delivery waits on disk. */
async function recovery(load: Load, app: App): Promise<number> {
  const from = Date.now();
  const answeredAt = () =>
    load
      .results()
      .flatMap(({ attempts }) => attempts)
      .filter(({ status }) => status === 200)
      .map(({ startedAt, ms }) => Date.parse(startedAt) + ms)
      .filter((at) => at >= from);
  await expect.poll(() => answeredAt().length, { timeout: 60_000, intervals: [20] }).toBeGreaterThan(0);
  await expect.poll(() => spooled(app), { timeout: 120_000, intervals: [50] }).toBe(0);
  const drainedAt = app.logs().includes('"delivery_drained"') ? Date.now() : 0;
  return Math.max(Math.min(...answeredAt()), drainedAt) / 1000 - from / 1000;
}

/** Returns the number of deliveries in the application's spool. */
export async function spooled(app: App): Promise<number> {
  return (await health(app)).spooled;
}

/** Returns the number of requests that the application holds. */
export async function held(app: App): Promise<number> {
  return (await health(app)).held;
}

type Health = { status: string; reasons: string[]; spooled: number; held: number; spool: string };

/** Returns the application's health. */
export async function health(app: App): Promise<Health> {
  const response = await fetch(`${app.url}/api/health`);
  return (await response.json()) as Health;
}

/** Counts the attempts by status; "none" is an attempt without a response. */
export function statuses(results: readonly DeliveryResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of results.flatMap(({ attempts }) => attempts)) {
    counts[status ?? "none"] = (counts[status ?? "none"] ?? 0) + 1;
  }
  return counts;
}
