import { sql } from "drizzle-orm";

import { jobs } from "@/db/driver/client";
import { type DayEdge, dayEdgesOf, doDaysBegin } from "@/db/statistics/day-edges";
import { readCells } from "@/db/statistics/read-cells";
import type { CellFilter } from "@/lib/statistics/cell-filter";
import { addDays, startOfDay } from "@/lib/time/time";
import { startApp } from "@/tests/fixtures/app";
import { buildStatistics } from "@/tests/fixtures/built-statistics";
import { createDatabase } from "@/tests/fixtures/database";
import { expect, test } from "@/tests/fixtures/test";

/** Clocks that change at night, at midnight, and by half an hour, in both halves of the world. */
const ZONES = [
  "Asia/Riyadh",
  "America/New_York",
  "Asia/Beirut",
  "America/Havana",
  "America/Santiago",
  "Australia/Lord_Howe",
];

const moved = (edges: readonly DayEdge[], ms: number) =>
  edges.map(({ day, at }) => ({ day, at: new Date(at.getTime() + ms) }));

test("Postgres and Node agree when the days of a year begin, and a day that begins earlier or later is noticed", async () => {
  const agree = async (edges: readonly DayEdge[], zone: string) =>
    (await jobs.execute<{ agree: boolean }>(sql`select ${doDaysBegin(edges, zone)} as agree`))[0]?.agree;
  for (const zone of ZONES) {
    const days = Array.from({ length: 365 }, (_, index) => addDays("2026-01-01", index));
    const edges = dayEdgesOf(
      days.map((day) => ({ from: startOfDay(day, zone), to: startOfDay(addDays(day, 1), zone) })),
      zone,
    );
    expect([zone, edges.length, await agree(edges, zone)]).toEqual([zone, 730, true]);
    for (const ms of [-1, 1, -3_600_000, 3_600_000]) {
      expect([zone, ms, await agree(moved(edges.slice(-1), ms), zone)]).toEqual([zone, ms, false]);
    }
  }
  expect(dayEdgesOf([{ from: new Date("2026-01-01T10:00:00Z"), to: new Date("2026-01-01T11:00:00Z") }], "UTC")).toEqual(
    [],
  );
  expect(await agree([], "UTC")).toBe(true);
});

test("cells are not read for days that begin at another instant for Postgres", async ({ database }) => {
  await database.empty();
  await buildStatistics();
  const zone = "Asia/Riyadh";
  const filter: CellFilter = { zone, counted: null, weekdays: [], lists: {} };
  const edges = dayEdgesOf([{ from: startOfDay("2026-11-01", zone), to: startOfDay("2026-11-08", zone) }], zone);
  // An application that other tests started may be about to build them again.
  await expect.poll(() => readCells(filter, edges, [], sql`select true as found`)).toMatchObject([{ found: true }]);
  expect(await readCells(filter, moved(edges, 3_600_000), [], sql`select true as found`)).toBeNull();
});

test("an application whose days are not those of Postgres says so in its log and its health, until they are", async () => {
  const database = await createDatabase();
  const { sql: owner } = database;
  // For Node east of Greenwich, for Postgres west of it.
  await owner`insert into organization (time_zone) values ('+03:00')`;
  await owner`insert into calls ${owner({ call_id: "a", outcome: "no_answer", started_at: new Date(Date.now() - 400 * 86_400_000) })}`;
  const app = await startApp({ databaseUrl: database.url });
  const differing = async () => {
    const health = (await (await fetch(`${app.url}/api/health`)).json()) as { statistics: { differing_days: number } };
    return health.statistics.differing_days;
  };
  const logged = () => app.logs().match(/"level":"\w+","event":"statistics_days_differ","count":\d+/g);
  try {
    await expect.poll(differing, { timeout: 20_000 }).toBeGreaterThan(400);
    const count = await differing();
    expect(logged()).toEqual([`"level":"warn","event":"statistics_days_differ","count":${count}`]);
    await owner`update organization set time_zone = 'Asia/Riyadh'`;
    await expect.poll(differing, { timeout: 20_000 }).toBe(0);
    expect(logged()?.slice(1)).toEqual([`"level":"info","event":"statistics_days_differ","count":0`]);
  } finally {
    await app.kill();
    await database.close();
  }
});
