import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "@/tests/fixtures/test";

/** A difficult body, stored as a file, and its expected result. `row` is a row of `docs/faults.md`. */
type Case = {
  file: string;
  row: number;
  headers?: Record<string, string>;
  status: number;
  verdict: string;
  reason?: string;
  /** The exact flags, if given. */
  flags?: string[];
  /** Expected columns of the call, if one is created. */
  call?: Record<string, unknown>;
};

const FOLDER = "tests/fixtures/bodies";
const cases = JSON.parse(readFileSync(join(FOLDER, "manifest.json"), "utf8")) as Case[];

for (const { file, row, headers, status, verdict, reason, flags, call } of cases) {
  test(`row ${row}: ${file} is answered and stored as the manifest says`, async ({ app, database }) => {
    const body = readFileSync(join(FOLDER, file));
    const response = await fetch(app.webhookUrl, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    const answer = (await response.json()) as { verdict: string; call_id: string; delivery_id: string };
    expect({ status: response.status, verdict: answer.verdict }).toEqual({ status, verdict });

    const [delivery] = await database.sql`
      select call_id, body, verdict, reason, flags, times_received from deliveries where id = ${answer.delivery_id}`;
    expect(delivery).toMatchObject({ verdict, reason: reason ?? null, times_received: 1, call_id: answer.call_id });
    expect(body.equals(delivery?.["body"] as Buffer), "the bytes are stored as received").toBe(true);
    if (flags !== undefined) {
      expect(delivery?.["flags"]).toEqual(flags);
    }
    const [found] = await database.sql`
      select * from calls left join call_details using (call_id) where call_id = ${answer.call_id}`;
    if (verdict === "quarantined") {
      expect(found, "nothing was applied").toBeUndefined();
    } else {
      expect(found).toMatchObject(call ?? {});
    }
  });
}
