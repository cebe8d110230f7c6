import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { listErasures, startErasure } from "@/db/privacy/erasures";
import { env } from "@/lib/env";
import { parseSoughtNumber } from "@/lib/phone/pattern";
import { eraseDue } from "@/server/jobs/erase";
import { compareErasuresFile } from "@/server/jobs/repeat-erasures";
import { copyDatabase } from "@/tests/fixtures/database";
import { deliver } from "@/tests/fixtures/received";
import { expect, test } from "@/tests/fixtures/test";

const NUMBER = parseSoughtNumber("+966501234567") ?? { digits: "", masked: "" };
const call = (callId: string, phoneNumber: string, report: unknown = null) => ({
  call_id: callId,
  payload: { type: "complete", call_data: { call_id: callId, phone_number: phoneNumber, report } },
});

const spool = { before: env.SPOOL_DIR, folder: "" };

test.beforeAll(() => {
  spool.folder = mkdtempSync(join(tmpdir(), "callboard-erasures-"));
  env.SPOOL_DIR = spool.folder;
});

test.afterAll(() => {
  env.SPOOL_DIR = spool.before;
  rmSync(spool.folder, { recursive: true, force: true });
});

/** Copying a database closes its connections. While it refuses new ones, an attempt makes the pools wait. */
async function expectConnection(): Promise<void> {
  await expect(async () => void (await listErasures())).toPass();
}

test("row 63: after the restore of an older database, its erasures are repeated, and later calls stay", async ({
  database,
}) => {
  await database.empty();
  await deliver(call("own", "+966501234567"));
  await deliver(call("mentions", "+966555000111", { note: "call 050 123 4567 or 0501234568" }));
  await deliver(call("other", "+966501234568"));
  const backup = `${database.name}_backup`;
  await copyDatabase(database.name, backup);
  await expectConnection();

  const ended = async () => (await listErasures()).filter(({ state }) => state === "done");
  await startErasure(NUMBER, "Nora");
  await expect.poll(async () => (await eraseDue(), (await ended()).length)).toBe(1);
  await compareErasuresFile({ isChanged: true });
  const [first] = await ended();
  const file = join(spool.folder, "erasures.jsonl");
  expect(readFileSync(file, "utf8")).not.toMatch(/501234567|1234567/);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await copyDatabase(backup, database.name);
  await expectConnection();
  // After the restore, the person calls again.
  await deliver(call("later", "+966501234567"));
  expect(await database.sql`select call_id from calls order by 1`).toHaveLength(4);

  await compareErasuresFile({ isChanged: true });
  await expect.poll(async () => (await eraseDue(), (await ended()).length)).toBe(1);
  const [repeated] = await ended();
  expect(repeated).toMatchObject({
    repeatOf: first?.id,
    requestedBy: null,
    masked: "+…67",
    callsDeleted: 1,
    callsRedacted: 1,
    deliveriesDeleted: 2,
  });
  const calls = await database.sql`select call_id from calls order by call_id`;
  expect(calls.map((row) => row["call_id"])).toEqual(["later", "mentions", "other"]);
  const [mentions] = await database.sql`select report from call_details where call_id = 'mentions'`;
  expect(mentions).toEqual({ report: { note: "call [erased] or 0501234568" } });
  const [event] = await database.sql`select subject, detail from audit_events where action = 'erased'`;
  expect(event).toMatchObject({ subject: "+…67", detail: { repeatOf: first?.id } });
  // Once.
  await compareErasuresFile({ isChanged: true });
  await eraseDue();
  expect(await listErasures()).toHaveLength(1);
});
