import { sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { exportAudit, listAudit, recordAuditEvent, recordAuditEventOnce, type NewAuditEvent } from "@/db/privacy/audit";
import { NO_FILTER } from "@/lib/call/filter";
import { callFilterDetail } from "@/lib/privacy/audit";
import { parseAuditFilter } from "@/lib/privacy/audit-filter";
import { expect, test } from "@/tests/fixtures/test";

const nora: NewAuditEvent["actor"] = { id: "u-nora", name: "Nora", email: "nora@example.com" };
const everything = parseAuditFilter({}, "Asia/Riyadh").filter;

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

test("the filter recorded for an export contains no phone number", () => {
  const detail = callFilterDetail({
    ...NO_FILTER,
    outcome: ["no_answer"],
    phone: "966501234567",
    q: "call 0501 234 567 back",
  });
  expect(detail).toEqual({ outcome: "no_answer", phone: "…", q: "call … back" });
});
