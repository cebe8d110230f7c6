import { expect, test } from "@playwright/test";

import { EXPORT_FIELDS } from "@/db/calls/export";
import type { Json } from "@/lib/call/facts";
import type { NumberAccess } from "@/lib/phone/access";
import { csvLines } from "@/lib/text/csv";
import { columnNames } from "@/server/export-columns";
import { lineWriter } from "@/server/export-lines";
import { parseCsv } from "@/tests/fixtures/csv";

type Fields = Partial<Record<(typeof EXPORT_FIELDS)[number]["name"], string>>;

/** The lines of calls with these fields, as Postgres writes them, by the names of the columns. */
async function linesOf(access: NumberAccess, calls: readonly Fields[], variables: readonly string[] = []) {
  const text = calls.map((call) => EXPORT_FIELDS.map(({ name }) => call[name] ?? "").join("\u001F")).join("\u001E");
  const write = lineWriter({ variables, access, timeZone: "Africa/Cairo" });
  const lines = await write({ bytes: Buffer.from(text, "utf8"), rows: calls.length, isEscaped: false });
  const [header = [], ...rows] = parseCsv(csvLines([columnNames(variables, access)]) + lines.toString("utf8"));
  return rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]])));
}

test("a reason that says nothing is an empty cell", async () => {
  const reasons = [
    "The order was confirmed.",
    " ",
    "null",
    "None",
    "",
    "(none)",
    "[object Object]",
    "no ne",
    "تم تأكيد الطلب اليوم",
  ];
  const lines = await linesOf(
    "shown",
    reasons.map((reason) => ({ goal_reason: reason })),
  );
  expect(lines.map((line) => line["goal_reason"])).toEqual([
    "The order was confirmed.",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "تم تأكيد الطلب اليوم",
  ]);
});

test("times, numbers and truth values are written for people and programs", async () => {
  const [line] = await linesOf("shown", [
    {
      occurred_at: "1783242000",
      created_at: "1767603540.25",
      started_at: "-0.001",
      duration_seconds: "61",
      is_test: "f",
      has_recording: "t",
    },
  ]);
  expect(line).toMatchObject({
    occurred_at: "2026-07-05T12:00:00+03:00",
    created_at: "2026-01-05T10:59:00.250+02:00",
    started_at: "1970-01-01T01:59:59.999+02:00",
    duration_seconds: "61",
    is_test: "false",
    has_recording: "true",
  });
});

test("a file for a user who has to reveal numbers contains none, and no file contains a credential", async () => {
  const variables: Record<string, Json> = {
    "mobile 0538719042": 538_719_042,
    area: "053",
    link: "https://x.example/?sig=secret",
    line: "8719042",
  };
  const call = {
    call_id: "0538719042",
    phone_number: "+966501234567",
    customer_name: "Sara 0501234567",
    outcome: "call_0538719042",
    goal_reason: "see https://x.example/r?t=secret or 053 871 9042",
    duration_seconds: "77",
    variables: JSON.stringify(variables).replaceAll('":', '": ').replaceAll(',"', ', "'),
  };
  const rowFor = async (access: "shown" | "revealable") => (await linesOf(access, [call], Object.keys(variables)))[0];
  expect(await rowFor("revealable")).toMatchObject({
    // The address of the call.
    call_id: "0538719042",
    phone_number: "'+966 ••• 67",
    customer_name: "Sara •••",
    outcome: "call_•••",
    goal_reason: "see https://x.example/r?t=… or •••",
    duration_seconds: "77",
    "variables.mobile •••": "•••",
    "variables.area": "•••",
    "variables.line": "•••",
  });
  const shown = await rowFor("shown");
  expect(JSON.stringify(shown)).not.toContain("secret");
  expect(shown).toMatchObject({
    phone_number: "'+966501234567",
    customer_name: "Sara 0501234567",
    "variables.link": "https://x.example/?sig=…",
    "variables.line": "8719042",
  });
});
