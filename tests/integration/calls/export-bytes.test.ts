import fc from "fast-check";
import type { Sql } from "postgres";

import { listVariables } from "@/db/calls/variables";
import { replica } from "@/db/driver/client";
import type { Json } from "@/lib/call/facts";
import { referenceExport } from "@/tests/fixtures/export-reference";
import { exportedFile } from "@/tests/fixtures/exported-file";
import { expect, test } from "@/tests/fixtures/test";

const ZONE = "Africa/Cairo";

test.beforeEach(({ database }) => database.empty());

/** Inserts calls with these texts, and with variables of the same kind. */
async function store(sql: Sql, rows: readonly Row[]) {
  await sql`
    insert into calls ${sql(
      rows.map(({ texts, phone, reason: _reason, variables: _variables, seconds, number, isTest }, at) => ({
        call_id: `${at} ${texts[0]}`,
        outcome: texts[1] ?? null,
        status: texts[2] ?? null,
        goal: texts[3] ?? null,
        customer_name: texts[4] ?? null,
        scenario_id: texts[5] ?? null,
        direction: texts[6] ?? null,
        phone_number: phone,
        duration_seconds: number,
        created_at: new Date(seconds * 1000),
        started_at: number === null ? null : new Date(seconds * 1000 + number),
        next_retry_at: number === null ? null : new Date(seconds * 1000 - number),
        attempt: number === null ? null : number + 1,
        is_test: isTest,
        has_recording: isTest,
        reviewed_at: isTest ? new Date(seconds * 1000) : null,
      })),
    )}`;
  await sql`
    insert into call_details ${sql(
      rows.map(({ texts, reason, variables }, at) => ({
        call_id: `${at} ${texts[0]}`,
        facts: sql.json({}),
        report: sql.json({ outcome: { reason } }),
        variables: sql.json(variables),
      })),
    )}`;
}

type Row = {
  texts: (string | null)[];
  phone: string | null;
  reason: Json;
  variables: Json;
  seconds: number;
  number: number | null;
  isTest: boolean;
};

const PIECES = [
  ..."=+-@'\",;|\t\r\n \\abJ05 ز٠م؀،…“\u0001\u007F\u00A0\u00AB\u200B\u202E\u3000\uFEFF＝👍",
  "eyJ",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
  "https://x.example/?t=secret&a=1",
  "0501234567",
  "+966 50 123 4567",
  "Confirmed; the driver calls, “soon”.",
  "null",
  "None",
  "تم تأكيد الطلب",
];

function rowsOf(pieces: readonly string[]): fc.Arbitrary<Row[]> {
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 4 }).map((parts) => parts.join(""));
  const maybe = fc.option(text, { freq: 4 });
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      { arbitrary: text, weight: 4 },
      fc.constantFrom(0, -5, 12.5, 0.25, -0.5, 1e21, 1e-7, 501_234_567, true, false, null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 2 }),
    ),
  }));
  const name = fc.constantFrom("order", "name", "a;=b", "سؤال", "0501234567", 'q"\\\n', "1", "__proto__");
  return fc.array(
    fc.record({
      texts: fc.tuple(text, maybe, maybe, maybe, maybe, maybe, maybe),
      phone: fc.option(fc.constantFrom("+966501234567", "0501234567", "+1 (201) 555-0123", "=1", "anonymous"), {
        freq: 6,
      }),
      reason: fc.oneof(maybe, value),
      variables: fc.oneof({ arbitrary: fc.dictionary(name, value, { maxKeys: 5 }), weight: 6 }, value),
      seconds: fc.integer({ min: Date.UTC(2025, 0) / 1000, max: Date.UTC(2026, 11) / 1000 }),
      number: fc.option(fc.integer({ min: 0, max: 5000 })),
      isTest: fc.boolean(),
    }),
    { minLength: 60, maxLength: 120 },
  );
}

for (const [name, pieces] of [
  ["texts", PIECES],
  ["texts that contain the separators of a batch", [...PIECES, "\u001F", "\u001E", "a\u001Fb\u001Ec"]],
] as const) {
  test(`row 57: ${name} give the same bytes as one value after the other, shown and masked`, async ({ database }) => {
    test.slow();
    await fc.assert(
      fc.asyncProperty(rowsOf(pieces), async (rows) => {
        await database.empty();
        await store(database.sql, rows);
        for (const access of ["shown", "revealable"] as const) {
          const [file, reference] = await Promise.all([exportedFile(access, ZONE), referenceExport(access, ZONE)]);
          expect(file.split("\r\n"), access).toEqual(reference.split("\r\n"));
        }
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });
}

test("a row of a megabyte is exported among small ones", async ({ database: { sql } }) => {
  await sql`insert into calls (call_id, created_at) select 'c-' || i, timestamptz '2026-05-04' + i * interval '1 second' from generate_series(1, 30) i`;
  await sql`
    insert into call_details (call_id, facts, variables)
    select 'c-' || i, '{}', jsonb_build_object('note', repeat('x', case when i % 2 = 0 then 1000000 else 10 end)) from generate_series(1, 30) i`;
  const file = await exportedFile("shown", ZONE);
  expect(file.split("\r\n").map((line) => line.split(",").at(-1)?.length)).toEqual([
    "variables.note".length,
    ...Array.from({ length: 30 }, (_, at) => (at % 2 === 0 ? 1_000_000 : 10)),
    0,
  ]);
});

test("the names of all variables are known without reading the calls, and vanish with the last call that has them", async ({
  database: { sql },
}) => {
  await sql`insert into calls (call_id, created_at) select 'c-' || i, now() from generate_series(1, 40) i`;
  await sql`
    insert into call_details (call_id, facts, variables)
    select 'c-' || i, '{}', case i % 5
      when 0 then jsonb_build_object('a', 1, 'b', i) when 1 then jsonb_build_object('c', null) when 2 then '[{"no": 1}]'::jsonb
      when 3 then '{}'::jsonb else null end
    from generate_series(1, 40) i`;
  await sql`update call_details set variables = '{"سؤال": 1, "b": 2}' where call_id = 'c-5'`;
  expect(await listVariables(replica, null)).toEqual(["a", "b", "c", "سؤال"]);
  await sql`delete from call_details where call_id = 'c-5'`;
  expect(await listVariables(replica, null)).toEqual(["a", "b", "c"]);
  await sql`delete from call_details where variables ? 'c'`;
  await sql`update call_details set variables = '{}' where variables ? 'a'`;
  expect(await listVariables(replica, null)).toEqual([]);
});

test("the names are right for calls with thousands of sets of names, too", async ({ database: { sql } }) => {
  await sql`insert into calls (call_id, created_at) select 'c-' || i, now() from generate_series(1, 5200) i`;
  await sql`
    insert into call_details (call_id, facts, variables)
    select 'c-' || i, '{}', jsonb_build_object('n' || i, 1) from generate_series(1, 5200) i`;
  expect(await listVariables(replica, null)).toHaveLength(5200);
});
