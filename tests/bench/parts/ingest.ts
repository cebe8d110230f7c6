import postgres from "postgres";

import { type BenchApp, EMPTY_PATH, startBenchApp, WEBHOOK_PATH } from "../app";
import type { BenchContext } from "../context";
import type { FilledDatabase } from "../data/kept";
import type { LineId, Measured } from "../lines";
import { type Load, send } from "../load";
import { measureInserts, type PeerTime } from "../peer-inserts";
import { processorSeconds, processorSecondsOfTree } from "../processes";
import { inTurn, ratios, spread } from "../rounds";
import { readStatements, resetStatements } from "../statements";

/** The rate, the latency and the database's time of deliveries, each beside the empty route handler or plain inserts of the same rows. */
export async function measureIngest(context: BenchContext): Promise<Measured[]> {
  const { data, small, large, folder } = context;
  const database = await data.copyOf(small);
  const app = await startBenchApp({ applicationUrl: database.applicationUrl, folder });
  try {
    await warmUp(app);
    const one = await compareWithEmpty(context, app, database, 1);
    const many = await compareWithEmpty(context, app, database, 32);
    const most = await compareWithEmpty(context, app, database, 128);
    const measured = [
      ...one.measured,
      ...many.measured,
      ...most.measured,
      await compareWithInserts(context, app, database),
    ];
    return large === small ? measured : [...measured, await compareSizes(context, app)];
  } finally {
    await app.stop();
    await data.drop(database);
  }
}

/** The first requests load code and are compiled; they say nothing about the rest. */
async function warmUp({ port }: BenchApp): Promise<void> {
  for (const path of [WEBHOOK_PATH, EMPTY_PATH]) {
    await send({ port, path, connections: 32, seconds: 4, requests: 4_000 });
  }
}

type Load32 = Load & { webCpu: number; databaseCpu: number; perDelivery: number };

/** Sends for one round, and reads what the application and the database took meanwhile. */
async function sendFor(
  { data, seconds }: BenchContext,
  { port, pid }: BenchApp,
  database: FilledDatabase,
  { path, connections }: { path: string; connections: number },
): Promise<Load32> {
  const server = data.server.process().pid;
  await resetStatements(data.admin);
  const [web, postgres] = [processorSeconds(pid), processorSecondsOfTree(server)];
  const load = await send({ port, path, connections, seconds, requests: Infinity });
  const statements = await readStatements(data.admin, database.name);
  const per = (value: number) => (value * 1000) / load.requests;
  return {
    ...load,
    webCpu: per(processorSeconds(pid) - web),
    databaseCpu: per(processorSecondsOfTree(server) - postgres),
    perDelivery: statements.total / load.requests,
  };
}

async function compareWithEmpty(
  context: BenchContext,
  app: BenchApp,
  database: FilledDatabase,
  connections: 1 | 32 | 128,
): Promise<{ measured: Measured[] }> {
  context.say(`ingest, ${connections} senders`);
  const { one, other } = await inTurn(
    context.rounds,
    () => sendFor(context, app, database, { path: WEBHOOK_PATH, connections }),
    () => sendFor(context, app, database, { path: EMPTY_PATH, connections }),
  );
  const median = (loads: Load32[], of: (load: Load32) => number) => spread(loads.map(of)).median;
  const rate = (loads: Load32[]) =>
    `${Math.round(median(loads, (load) => load.perSecond)).toLocaleString("en")} a second`;
  const p99 = (loads: Load32[]) => `${median(loads, (load) => load.p99).toFixed(1)} ms`;
  const cpu =
    `processor time a delivery: application ${median(one, (load) => load.webCpu).toFixed(2)} ms, ` +
    `database ${median(one, (load) => load.databaseCpu).toFixed(2)} ms, sender ${median(one, (load) => (load.cpu * 1000) / load.perSecond).toFixed(2)} ms; ` +
    `the empty handler ${median(other, (load) => load.webCpu).toFixed(2)} ms`;
  const lines: Record<typeof connections, [LineId, LineId]> = {
    1: ["ingest1", "slowest1"],
    32: ["ingest32", "slowest32"],
    128: ["ingest128", "slowest128"],
  };
  const [throughput, slowest] = lines[connections];
  return {
    measured: [
      {
        line: throughput,
        values: ratios(
          one.map((load) => load.perSecond),
          other.map((load) => load.perSecond),
        ),
        detail: `${rate(one)} : ${rate(other)}; ${cpu}`,
      },
      {
        line: slowest,
        values: ratios(
          one.map((load) => load.p99),
          other.map((load) => load.p99),
        ),
        detail: `${p99(one)} : ${p99(other)}; median ${median(one, (load) => load.p50).toFixed(1)} ms : ${median(other, (load) => load.p50).toFixed(1)} ms`,
      },
    ],
  };
}

/**
 * The processor time of the database's server for deliveries beside that for plain inserts of rows that they wrote, with as many connections as the
 * application has. A statement's own time says less: it includes waiting for a processor, which the application and the sender use too.
 */
async function compareWithInserts(context: BenchContext, app: BenchApp, database: FilledDatabase): Promise<Measured> {
  context.say("database time a delivery");
  const { one, other } = await inTurn<Load32, PeerTime>(
    context.rounds,
    () => sendFor(context, app, database, { path: WEBHOOK_PATH, connections: 32 }),
    () => measureInserts(context, database),
  );
  const failure = other.find((time) => "problem" in time);
  if (failure !== undefined) {
    return { line: "databaseTime", values: [], detail: failure.problem };
  }
  const peers = other.flatMap((time) => ("problem" in time ? [] : [time]));
  const median = (values: number[]) => spread(values).median.toFixed(2);
  return {
    line: "databaseTime",
    values: ratios(
      one.map((load) => load.databaseCpu),
      peers.map((time) => time.cpu),
    ),
    detail:
      `${median(one.map((load) => load.databaseCpu))} ms : ${median(peers.map((time) => time.cpu))} ms (${peers[0]?.clients} connections); ` +
      `their statements, with waiting for a processor, ${median(one.map((load) => load.perDelivery))} ms : ${median(peers.map((time) => time.milliseconds))} ms`,
  };
}

/** The same rate with the large database, one application on each. */
async function compareSizes(context: BenchContext, app: BenchApp): Promise<Measured> {
  const { data, small, large, folder } = context;
  context.say(`ingest with ${large.toLocaleString("en")} calls`);
  const database = await data.copyOf(large);
  try {
    await readIndexes(database);
    const largeApp = await startBenchApp({ applicationUrl: database.applicationUrl, folder });
    try {
      await warmUp(largeApp);
      const { one, other } = await inTurn(
        context.rounds,
        () => sendFor(context, largeApp, database, { path: WEBHOOK_PATH, connections: 32 }),
        () => sendFor(context, app, database, { path: WEBHOOK_PATH, connections: 32 }),
      );
      const rate = (loads: Load32[]) =>
        Math.round(spread(loads.map((load) => load.perSecond)).median).toLocaleString("en");
      return {
        line: "ingestLarge",
        values: ratios(
          one.map((load) => load.perSecond),
          other.map((load) => load.perSecond),
        ),
        detail: `${rate(one)} a second with ${large.toLocaleString("en")} calls : ${rate(other)} with ${small.toLocaleString("en")}; p99 ${spread(one.map((load) => load.p99)).median.toFixed(0)} ms : ${spread(other.map((load) => load.p99)).median.toFixed(0)} ms`,
      };
    } finally {
      await largeApp.stop();
    }
  } finally {
    await data.drop(database);
  }
}

/** Reads the indexes that deliveries write into memory: in a database that has run for a while they are there, in a copy they are not. */
async function readIndexes({ superuserUrl }: FilledDatabase): Promise<void> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`create extension if not exists pg_prewarm`;
    await sql`
      select pg_prewarm(indexrelid) from pg_index
      where indrelid in ('calls'::regclass, 'call_details'::regclass, 'contacts'::regclass, 'deliveries'::regclass)`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
