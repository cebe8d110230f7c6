import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import type postgres from "postgres";

import { recordAuditEvent } from "@/db/privacy/audit";
import { pruneAudit, saveAuditDays } from "@/db/privacy/audit-rule";
import { readStreamStatus } from "@/db/privacy/audit-stream";
import { parseStreamUrl } from "@/lib/audit-stream/target";
import { streamAuditDue } from "@/server/jobs/stream-audit";
import { startCuttableNetwork, startSyslogReceiver } from "@/tests/fixtures/syslog-receiver";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, whose timer would end the stream.
test.use({ baseURL: "http://localhost:1" });

const BUDGET_MS = 60_000;
const nora = { id: "u-nora", name: "Nora", email: "nora@example.com" };

test.beforeEach(({ database }) => database.empty());

const syslogAt = (port: number) => parseStreamUrl(`syslog://127.0.0.1:${port}`);

/** Starts streaming, with an empty outbox. */
async function startStream(): Promise<void> {
  expect(await streamAuditDue(BUDGET_MS, syslogAt(1))).toBe(0);
}

async function addEvents(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 50) {
    const events = Array.from({ length: Math.min(left, 50) }, (_, index) =>
      recordAuditEvent({ actor: nora, action: "calls_exported", rowCount: index }),
    );
    await Promise.all(events);
  }
}

/** The ids of the events that wait, in the order of the outbox. */
async function waiting(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ event_id: string }[]>`select event_id from audit_outbox order by id`;
  return rows.map(({ event_id: id }) => id);
}

/** Ends the pause after a failure. */
const tryNow = (sql: postgres.Sql) => sql`update audit_stream set retry_at = null`;

const idsOf = (lines: readonly string[]) =>
  lines.map((line) => (JSON.parse(line.slice(line.indexOf("{"))) as { id: string }).id);

test("row 76: syslog: every event arrives in order, though the network is cut in the middle and the receiver is away and starts again", async ({
  database: { sql },
}) => {
  test.slow();
  await startStream();
  await addEvents(500);
  const ids = await waiting(sql);
  expect(ids).toHaveLength(500);

  const first = await startSyslogReceiver();
  const network = await startCuttableNetwork(first.port);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => network.stop());
  const target = syslogAt(network.port);
  // In the middle of the first batch.
  network.cutAfter(20_000);
  expect(await streamAuditDue(BUDGET_MS, target)).toBe(0);
  expect(await readStreamStatus()).toMatchObject({ waiting: 500, failures: 1, lastSentAt: null });
  const beforeCut = idsOf(first.messages);
  expect(beforeCut.length).toBeGreaterThan(0);
  expect(beforeCut).toEqual(ids.slice(0, beforeCut.length));

  // During the pause, nothing is sent.
  const seen = first.messages.length;
  expect(await streamAuditDue(BUDGET_MS, target)).toBe(0);
  expect(first.messages).toHaveLength(seen);

  await first.stop();
  await tryNow(sql);
  expect(await streamAuditDue(BUDGET_MS, target)).toBe(0);
  expect(await readStreamStatus()).toMatchObject({ waiting: 500, failures: 2 });

  const second = await startSyslogReceiver({ port: first.port });
  stack.defer(() => second.stop());
  await addEvents(3);
  const all = [...ids, ...(await waiting(sql)).slice(500)];
  await tryNow(sql);
  expect(await streamAuditDue(BUDGET_MS, target)).toBe(503);
  expect(idsOf(second.messages)).toEqual(all);
  expect(await readStreamStatus()).toMatchObject({ waiting: 0, failures: 0, error: null, retryAt: null });
  expect((await readStreamStatus())?.lastSentAt).not.toBeNull();
});

test("row 76: of several processes one sends, and the events of one that died are sent after its lease", async ({
  database: { sql },
}) => {
  await startStream();
  await addEvents(300);
  const ids = await waiting(sql);
  const receiver = await startSyslogReceiver();
  try {
    await sql`update audit_stream set holder = gen_random_uuid(), leased_until = now() + interval '1 minute'`;
    expect(await streamAuditDue(BUDGET_MS, syslogAt(receiver.port))).toBe(0);
    await sql`update audit_stream set leased_until = now() - interval '1 second'`;
    const sent = await Promise.all(Array.from({ length: 4 }, () => streamAuditDue(BUDGET_MS, syslogAt(receiver.port))));
    expect(sent.toSorted()).toEqual([0, 0, 0, 300]);
    expect(idsOf(receiver.messages)).toEqual(ids);
  } finally {
    await receiver.stop();
  }
});

test("an event is in the outbox exactly if its transaction is stored and streaming is on", async ({
  database: { sql },
}) => {
  await addEvents(1);
  expect(await waiting(sql)).toEqual([]);
  await startStream();
  await expect(
    sql.begin(async (transaction) => {
      await transaction`insert into audit_events (action) values ('sign_in')`;
      throw new Error("rolled back");
    }),
  ).rejects.toThrow("rolled back");
  expect(await waiting(sql)).toEqual([]);
  await sql`insert into audit_events (action) values ('sign_out')`;
  expect(await waiting(sql)).toHaveLength(1);
});

test("without a process that is set up to stream, streaming ends after an hour", async ({ database: { sql } }) => {
  await startStream();
  await addEvents(1);
  const age = (minutes: number) =>
    sql`update audit_stream set wanted_at = now() - make_interval(mins => ${minutes}::integer)`;
  await age(59);
  await streamAuditDue(BUDGET_MS, null);
  expect(await readStreamStatus()).toMatchObject({ waiting: 1 });
  // A process that is set up says so.
  await startStream();
  await streamAuditDue(BUDGET_MS, null);
  expect(await readStreamStatus()).toMatchObject({ waiting: 1 });
  await age(61);
  await streamAuditDue(BUDGET_MS, null);
  expect(await readStreamStatus()).toBeNull();
  await addEvents(1);
  expect(await waiting(sql)).toEqual([]);
});

test("an event that waits is not pruned, and is once it was sent", async ({ database: { sql } }) => {
  await startStream();
  await sql`insert into audit_events (action, at) values ('sign_in', now() - interval '2 years')`;
  const receiver = await startSyslogReceiver();
  try {
    await saveAuditDays(365, { actor: nora });
    expect(await pruneAudit(10)).toBe(0);
    await tryNow(sql);
    expect(await streamAuditDue(BUDGET_MS, syslogAt(receiver.port))).toBe(2);
    expect(await pruneAudit(10)).toBe(1);
  } finally {
    await receiver.stop();
  }
});

test.describe("JSON lines", () => {
  let server: Server;
  let url: string;
  let statuses: number[];
  let largest: number;
  const taken: string[] = [];

  test.beforeEach(async () => {
    taken.length = 0;
    statuses = [];
    largest = Infinity;
    server = createServer(async (request, response) => {
      const lines = (await text(request)).trimEnd().split("\n");
      const status = lines.length > largest ? 413 : (statuses.shift() ?? 204);
      if (status === 204) {
        taken.push(...lines);
      }
      response.writeHead(status, { location: "/elsewhere" }).end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
  });
  test.afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test("row 76: every event arrives once, in order, though the receiver refuses and redirects in between", async ({
    database: { sql },
  }) => {
    await startStream();
    await addEvents(450);
    const ids = await waiting(sql);
    const target = parseStreamUrl(url);
    statuses = [204, 503];
    expect(await streamAuditDue(BUDGET_MS, target)).toBe(200);
    expect(await readStreamStatus()).toMatchObject({ waiting: 250, failures: 1, error: "HTTP_503" });
    await tryNow(sql);
    statuses = [302];
    expect(await streamAuditDue(BUDGET_MS, target)).toBe(0);
    expect(await readStreamStatus()).toMatchObject({ failures: 2, error: "HTTP_302" });
    await tryNow(sql);
    expect(await streamAuditDue(BUDGET_MS, target)).toBe(250);
    expect(idsOf(taken)).toEqual(ids);
  });

  test("a receiver that takes only small batches gets smaller ones", async ({ database: { sql } }) => {
    await startStream();
    await addEvents(120);
    const ids = await waiting(sql);
    largest = 20;
    expect(await streamAuditDue(BUDGET_MS, parseStreamUrl(url))).toBe(120);
    expect(idsOf(taken)).toEqual(ids);
  });
});

test("the pause after a failure grows to five minutes", async ({ database: { sql } }) => {
  await startStream();
  await addEvents(1);
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    await tryNow(sql);
    await streamAuditDue(BUDGET_MS, syslogAt(1));
    const [row] = await sql<{ pause: number }[]>`
      select round(extract(epoch from retry_at - now()))::integer as pause from audit_stream`;
    pauses.push(row?.pause ?? 0);
  }
  expect(pauses.map((pause) => [2, 5, 15, 60, 300].findIndex((known) => pause <= known))).toEqual([
    0, 1, 2, 3, 4, 4, 4,
  ]);
});
