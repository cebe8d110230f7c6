import { setTimeout as wait } from "node:timers/promises";

import postgres from "postgres";

import { type BenchApp, startBenchApp, WEBHOOK_PATH } from "../app";
import type { BenchContext } from "../context";
import type { Measured } from "../lines";
import { type Load, send } from "../load";
import { spread } from "../rounds";
import { readLongest, readStatements, resetStatements } from "../statements";

const DAY_MS = 86_400_000;
/** A deletion that takes longer is measured until then: an erasure reads every transcript. */
const MEASURED_MS = 4 * 60_000;
/** Senders that never pause would take the processor that the deletion needs, and add what it has to search faster than it can. */
const PAUSES = 3;

/** Deleting a day's calls by retention, and one number's by an erasure, with the large database while deliveries come in. */
export async function measureRetention(context: BenchContext): Promise<Measured[]> {
  const { data, large, folder } = context;
  const database = await data.copyOf(large);
  const sql = postgres(database.superuserUrl, { max: 1, onnotice: () => {} });
  try {
    const app = await startBenchApp({ applicationUrl: database.applicationUrl, folder });
    let before: Load[];
    try {
      await load(app, 4);
      before = await repeated(3, () => load(app, context.seconds));
    } finally {
      await app.stop();
    }
    const [oldest] = await sql<{ at: Date }[]>`select min(occurred_at) as at from calls`;
    const days = Math.floor((Date.now() - (oldest?.at.getTime() ?? 0)) / DAY_MS) - 1;
    const purge = await during(context, database, sql, {
      what: "retention",
      begin: () => sql`
        insert into organization (id, call_days) values (true, ${days}) on conflict (id) do update set call_days = excluded.call_days`,
      isDone: async () => {
        const [row] = await sql<{ left: boolean }[]>`
          select exists (select from calls where occurred_at < now() - make_interval(days => ${days}) and first_received_at < now() - make_interval(days => ${days})) as left`;
        return row?.left === false;
      },
    });
    await sql`update organization set call_days = null`;
    const [often] = await sql<{ digits: string }[]>`
      select phone_digits as digits from calls where phone_digits like '9665%' group by 1 order by count(*) desc limit 1`;
    const digits = often?.digits ?? "";
    const erasure = await during(context, database, sql, {
      what: "erasure",
      begin: () => sql`insert into erasures (digits, masked) values (${digits}, ${`+…${digits.slice(-2)}`})`,
      isDone: async () => {
        const [row] = await sql<
          { running: boolean }[]
        >`select exists (select from erasures where state = 'running') as running`;
        return row?.running === false;
      },
    });
    const p99 = spread(before.map((one) => one.p99)).median;
    return [
      {
        line: "purgeLongest",
        values: [purge.longest],
        detail: `a day of ${large.toLocaleString("en")} calls ${purge.time}; ${purge.slowest}`,
      },
      {
        line: "eraseLongest",
        values: [erasure.longest],
        detail: `one number ${erasure.time}; ${erasure.slowest}`,
      },
      {
        line: "deletionSlowest",
        values: [...purge.loads, ...erasure.loads].map((one) => one.p99 / p99),
        detail: `${spread([...purge.loads, ...erasure.loads].map((one) => one.p99)).median.toFixed(0)} ms : ${p99.toFixed(0)} ms, 32 senders`,
      },
    ];
  } finally {
    await sql.end({ timeout: 5 });
    await data.drop(database);
  }
}

type Deletion = { loads: Load[]; longest: number; time: string; slowest: string };

/** Begins a deletion, starts the application, whose jobs find it, and sends deliveries from time to time until it is done. */
async function during(
  context: BenchContext,
  { applicationUrl, name }: { applicationUrl: string; name: string },
  sql: postgres.Sql,
  { what, begin, isDone }: { what: string; begin: () => PromiseLike<unknown>; isDone: () => Promise<boolean> },
): Promise<Deletion> {
  context.say(`retention: ${what}`);
  // Each application claims its turn to delete; the one before has had its own.
  await sql`delete from states where key like 'turn%'`;
  await begin();
  await resetStatements(context.data.admin);
  const began = performance.now();
  const app = await startBenchApp({ applicationUrl, folder: context.folder });
  try {
    const loads: Load[] = [];
    let isEnded = false;
    while (!isEnded && performance.now() - began < MEASURED_MS) {
      loads.push(await load(app, context.seconds));
      for (let pause = 0; pause < PAUSES * context.seconds && !isEnded; pause += 1) {
        await wait(1_000);
        isEnded = await isDone();
      }
    }
    const seconds = (performance.now() - began) / 1000;
    const { longest } = await readStatements(context.data.admin, name);
    const text = await readLongest(context.data.admin, name);
    return {
      loads,
      longest,
      time: isEnded ? `in ${seconds.toFixed(0)} s` : `not ended after ${seconds.toFixed(0)} s`,
      slowest: `\`${text.replaceAll(/\s+/g, " ").trim().slice(0, 60)} …\``,
    };
  } finally {
    await app.stop();
  }
}

function load({ port }: BenchApp, seconds: number): Promise<Load> {
  return send({ port, path: WEBHOOK_PATH, connections: 32, seconds, requests: Infinity });
}

async function repeated<Result>(times: number, work: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let time = 0; time < times; time += 1) {
    results.push(await work());
  }
  return results;
}
