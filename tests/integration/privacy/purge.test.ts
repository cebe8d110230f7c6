import { applyApiFacts } from "@/db/calls/enrichment";
import { KEEP_EVERYTHING, saveRetention } from "@/db/privacy/retention";
import { purge } from "@/server/jobs/purge";
import { apiAnswer } from "@/tests/fixtures/api-answer";
import { expect, test } from "@/tests/fixtures/test";

// Prevents the start of the application, whose jobs would purge too.
test.use({ baseURL: "http://localhost:1" });

test("deletions are recorded with actor and address even if a later batch fails", async ({
  database: { sql, empty },
}) => {
  await empty();
  const occurred = new Date(Date.now() - 40 * 86_400_000);
  const facts = apiAnswer({ createdAt: occurred, recordingUrl: "https://storage.googleapis.com/b/o.mp4" });
  const done = { state: "done", dueInSeconds: null, resetAttempts: true } as const;
  await applyApiFacts("old", facts, new Date(), done, { mayCreate: true, leasedUntil: null });
  await saveRetention({ ...KEEP_EVERYTHING, recordingDays: 30, callDays: 30 });
  await sql`create function refuse_deletion() returns trigger language plpgsql as 'begin raise exception ''refused''; end'`;
  await sql`create trigger refuse_deletion before delete on calls for each row execute function refuse_deletion()`;
  try {
    const nora = { id: "u", name: "Nora", email: "nora@example.com" };
    await expect(purge(nora, 20_000, "192.0.2.1")).rejects.toThrow();
    expect(await sql`select actor_name, source_ip, row_count, detail from audit_events`).toEqual([
      {
        actor_name: "Nora",
        source_ip: "192.0.2.1",
        row_count: 1,
        detail: { recording: 1, transcript: 0, delivery: 0, call: 0, failed: true },
      },
    ]);
  } finally {
    await sql`drop trigger refuse_deletion on calls`;
    await sql`drop function refuse_deletion()`;
  }
});
