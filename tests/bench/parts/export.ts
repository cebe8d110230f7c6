import { execFile } from "node:child_process";
import { finished } from "node:stream/promises";
import { promisify } from "node:util";

import postgres from "postgres";

import { startBenchApp } from "../app";
import { signInAt } from "../client";
import type { BenchContext } from "../context";
import type { FilledDatabase } from "../data/kept";
import type { Measured } from "../lines";
import { residentMegabytes } from "../processes";
import { inTurn, ratios, spread } from "../rounds";

const MOST_ROWS = 1_000_000;
const SAMPLE_EVERY_MS = 100;

/** The columns of a CSV, without what the application makes of them. */
const SAME_COLUMNS = `
  calls.call_id, occurred_at, outcome, status, goal, report -> 'outcome' ->> 'reason' as goal_reason, phone_number, customer_name, scenario_id,
  direction, language, interaction_type, calls.contact_id, attempt, scheduled_at, calls.next_retry_at, state, attempts, last_at, duration_seconds, created_at,
  started_at, ended_at, first_received_at, has_recording, reviewed_at, is_test, variables`;

type Exported = { rows: number; seconds: number; firstByteMs: number; growthMb: number };

/** A CSV of a million calls over HTTP, beside \`\\copy\` of the same join. */
export async function measureExport(context: BenchContext): Promise<Measured[]> {
  const { data, large, folder, rounds } = context;
  const database = data.filled(large);
  const from = await startOfNewest(database, Math.min(MOST_ROWS, large));
  const app = await startBenchApp({ applicationUrl: database.applicationUrl, folder });
  try {
    const client = await signInAt(app);
    const download = async (query: string): Promise<Exported> => {
      const before = residentMegabytes(app.pid);
      let peak = before;
      const sampling = setInterval(() => (peak = Math.max(peak, residentMegabytes(app.pid))), SAMPLE_EVERY_MS);
      let rows = -1;
      const { firstByteMs, totalMs } = await client.get(`/calls/export.csv?${query}`, (piece) => {
        for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) {
          rows += 1;
        }
      });
      clearInterval(sampling);
      return { rows, seconds: totalMs / 1000, firstByteMs, growthMb: peak - before };
    };
    // The code is loaded and compiled, and the heap has its usual size.
    await download(
      `from=${encodeURIComponent((await startOfNewest(database, Math.min(20_000, large))).toISOString())}`,
    );
    const { one, other } = await inTurn(
      Math.min(3, rounds),
      () => download(`from=${encodeURIComponent(from.toISOString())}`),
      () => copyRows(database, from),
    );
    const speed = (sides: { rows: number; seconds: number }[]) => sides.map(({ rows, seconds }) => rows / seconds);
    const rate = (sides: { rows: number; seconds: number }[]) =>
      `${Math.round(spread(speed(sides)).median).toLocaleString("en")} rows a second`;
    return [
      {
        line: "exportRate",
        values: ratios(speed(one), speed(other)),
        detail: `${(one[0]?.rows ?? 0).toLocaleString("en")} calls: ${rate(one)} : ${rate(other)}`,
      },
      { line: "exportFirstByte", values: one.map(({ firstByteMs }) => firstByteMs), detail: "of the same requests" },
      {
        line: "exportMemory",
        values: one.map(({ growthMb }) => growthMb),
        detail: "resident memory at its peak, above that before the request",
      },
    ];
  } finally {
    await app.stop();
  }
}

async function startOfNewest({ superuserUrl }: FilledDatabase, count: number): Promise<Date> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql<{ at: Date }[]>`
      select occurred_at as at from calls order by occurred_at desc, call_id desc offset ${count - 1} limit 1`;
    return row?.at ?? new Date(0);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Runs \`\\copy\` of psql into nothing; without psql, the same command through the driver. */
async function copyRows({ superuserUrl }: FilledDatabase, from: Date): Promise<{ rows: number; seconds: number }> {
  const query =
    `select ${SAME_COLUMNS} from calls left join call_details using (call_id) left join contacts on contacts.contact_id = calls.contact_id ` +
    `where occurred_at >= '${from.toISOString()}' order by occurred_at desc, calls.call_id desc`;
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  try {
    const began = performance.now();
    try {
      await promisify(execFile)("psql", [
        superuserUrl,
        "-qc",
        `\\copy (${query.replaceAll(/\s+/g, " ")}) to '/dev/null' with csv header`,
      ]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
        throw error;
      }
      const stream = await sql.unsafe(`copy (${query}) to stdout with csv header`).readable();
      await finished(stream.resume());
    }
    const seconds = (performance.now() - began) / 1000;
    const [row] = await sql<
      { count: number }[]
    >`select count(*)::integer as count from calls where occurred_at >= ${from}`;
    return { rows: row?.count ?? 0, seconds };
  } finally {
    await sql.end({ timeout: 5 });
  }
}
