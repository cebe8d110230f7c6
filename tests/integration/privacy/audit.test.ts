import { sql } from "drizzle-orm";
import type postgres from "postgres";

import { db } from "@/db/driver/client";
import { exportAudit, listAudit, recordAuditEvent, recordAuditEventOnce, type NewAuditEvent } from "@/db/privacy/audit";
import { countPrunable, pruneAudit, saveAuditDays } from "@/db/privacy/audit-rule";
import { NO_FILTER } from "@/lib/call/filter";
import { callFilterDetail } from "@/lib/privacy/audit";
import { parseAuditFilter } from "@/lib/privacy/audit-filter";
import { expect, test } from "@/tests/fixtures/test";

const nora: NewAuditEvent["actor"] = { id: "u-nora", name: "Nora", email: "nora@example.com" };
const everything = parseAuditFilter({}, "Asia/Riyadh").filter;

// Prevents the start of the application, whose jobs would prune too.
test.use({ baseURL: "http://localhost:1" });

test.beforeEach(({ database }) => void database);

for (const change of [
  "update audit_events set actor_name = 'Nobody'",
  "delete from audit_events",
  "truncate audit_events",
]) {
  test(`the database refuses "${change}"`, async () => {
    await recordAuditEvent({ actor: nora, action: "recording_listened", callId: "call-kept" });
    await expect(db.execute(sql.raw(change))).rejects.toMatchObject({ cause: { code: "42501" } });
    const { rows } = await listAudit({ ...everything, callId: "call-kept" }, null, 10);
    expect(rows[0]).toMatchObject({ actorName: "Nora", action: "recording_listened", callId: "call-kept" });
  });
}

test("listening to several ranges of a recording is one event for each person", async () => {
  const entry = { actor: nora, action: "recording_listened", callId: "call-ranges" } as const;
  await recordAuditEventOnce(entry, 10);
  await recordAuditEventOnce(entry, 10);
  await recordAuditEventOnce({ ...entry, actor: { id: "u-omar", name: "Omar", email: "omar@example.com" } }, 10);
  const { rows } = await listAudit({ ...everything, callId: "call-ranges" }, null, 10);
  expect(rows.map((row) => row.actorName).toSorted()).toEqual(["Nora", "Omar"]);
});

test("two ranges that are requested at the same time are one event", async () => {
  const entry = { actor: nora, action: "recording_listened", callId: "call-ranges-at-once" } as const;
  await Promise.all(Array.from({ length: 20 }, () => recordAuditEventOnce(entry, 10)));
  const { rows } = await listAudit({ ...everything, callId: "call-ranges-at-once" }, null, 30);
  expect(rows).toHaveLength(1);
});

test("paging forwards visits every event once, paging backwards gives the same page, and the export has the same order", async () => {
  for (let index = 0; index < 7; index += 1) {
    await recordAuditEvent({ actor: nora, action: "calls_exported", rowCount: index, callId: "call-paging" });
  }
  // Other tests of this worker export calls too.
  const filter = { ...everything, action: ["calls_exported" as const], callId: "call-paging" };
  const first = await listAudit(filter, null, 3);
  const second = await listAudit(filter, first.nextCursor, 3);
  const third = await listAudit(filter, second.nextCursor, 3);
  const counts = [first, second, third].flatMap((page) => page.rows.map((row) => row.rowCount));
  // Events of the same millisecond are sorted by their ids, which are random.
  expect(counts.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(third.nextCursor).toBeNull();
  expect((await listAudit(filter, second.previousCursor, 3)).rows).toEqual(first.rows);
  const exported: (number | null)[] = [];
  for await (const rows of exportAudit(filter)) {
    exported.push(...rows.map((row) => row.rowCount));
  }
  expect(exported).toEqual(counts);
});

test.describe("pruning", () => {
  const old = "2020-01-01T00:00:00Z";
  const addEvents = (on: postgres.Sql, ...events: [at: string, action: string][]) =>
    on`insert into audit_events ${on(events.map(([at, action]) => ({ at, action, subject: "pruning" })))}`;
  const left = async (on: postgres.Sql) =>
    (await on<{ action: string }[]>`select action from audit_events where subject = 'pruning' order by at`).map(
      ({ action }) => action,
    );

  test("row 75: deletes what is older than the rule and nothing else, with an event that says so", async ({
    database: { sql, empty },
  }) => {
    await empty();
    await addEvents(
      sql,
      [old, "sign_in"],
      [old, "audit_pruned"],
      [old, "audit_rule_changed"],
      [new Date(Date.now() - 399 * 86_400_000).toISOString(), "sign_out"],
    );
    expect(await pruneAudit(100)).toBe(0);
    await saveAuditDays(400, { actor: nora, sourceIp: "192.0.2.1" });
    expect(await countPrunable(400)).toBe(1);
    expect(await pruneAudit(100)).toBe(1);
    expect(await left(sql)).toEqual(["audit_pruned", "audit_rule_changed", "sign_out"]);
    expect(
      await sql`select action, actor_name, source_ip, row_count, detail from audit_events
      where subject is null order by at`,
    ).toEqual([
      {
        action: "audit_rule_changed",
        actor_name: "Nora",
        source_ip: "192.0.2.1",
        row_count: null,
        detail: { from_days: "forever", to_days: 400 },
      },
      {
        action: "audit_pruned",
        actor_name: null,
        source_ip: null,
        row_count: 1,
        detail: { before: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\+00:00$/) as unknown },
      },
    ]);
  });

  test("an event of a part of a day is kept until the whole day is old", async ({ database: { sql, empty } }) => {
    await empty();
    await saveAuditDays(365, { actor: nora });
    const midnight = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 365 * 86_400_000;
    await addEvents(
      sql,
      [new Date(midnight - 1).toISOString(), "sign_in"],
      [new Date(midnight).toISOString(), "sign_out"],
    );
    expect(await pruneAudit(100)).toBe(1);
    expect(await left(sql)).toEqual(["sign_out"]);
  });

  test("row 75: the database accepts no rule of less than a year, and deletes nothing by hand, even what is old", async ({
    database: { sql, empty },
  }) => {
    await empty();
    await addEvents(sql, [old, "sign_in"]);
    await expect(saveAuditDays(364, { actor: nora })).rejects.toMatchObject({ cause: { code: "23514" } });
    await saveAuditDays(365, { actor: nora });
    await expect(sql`delete from audit_events`).rejects.toMatchObject({ code: "42501" });
  });

  test("row 75: a rule that is changed past the application has its event too", async ({
    database: { sql, empty },
  }) => {
    await empty();
    await sql`insert into organization (audit_days) values (500)`;
    await sql`update organization set name = 'Other'`;
    await sql`update organization set audit_days = null`;
    expect(await sql`select actor_name, action, detail from audit_events order by at`).toEqual([
      { actor_name: null, action: "audit_rule_changed", detail: { from_days: "forever", to_days: 500 } },
      { actor_name: null, action: "audit_rule_changed", detail: { from_days: 500, to_days: "forever" } },
    ]);
  });

  test("not even the setting that the function uses lets a recent event be deleted", async ({
    database: { sql, empty },
  }) => {
    await empty();
    await saveAuditDays(365, { actor: nora });
    await addEvents(sql, [new Date().toISOString(), "sign_in"], [old, "audit_pruned"]);
    await expect(
      sql.begin(async (transaction) => {
        await transaction`select set_config('callboard.pruning_audit', 'on', true)`;
        await transaction`delete from audit_events where action = 'sign_in'`;
      }),
    ).rejects.toMatchObject({ code: "42501" });
    expect(await left(sql)).toEqual(["audit_pruned", "sign_in"]);
  });
});

test("the filter recorded for an export contains no phone number", () => {
  const detail = callFilterDetail({
    ...NO_FILTER,
    outcome: ["no_answer"],
    phone: "966501234567",
    q: "call 0501 234 567 back",
  });
  expect(detail).toEqual({ outcome: "no_answer", phone: "…", q: "call … back" });
});
