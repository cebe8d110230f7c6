import { readContactNeighbours } from "@/db/calls/neighbours";
import { listContacts, readContact } from "@/db/contacts/list";
import { listCallsOfNumber } from "@/db/contacts/same-number";
import { NO_FILTER } from "@/lib/call/filter";
import { DEFAULT_VIEW } from "@/lib/call/list-view";
import { insertCalls } from "@/tests/fixtures/call-rows";
import { insertContacts, SAMPLE_CONTACTS } from "@/tests/fixtures/contact-rows";
import { expect, test } from "@/tests/fixtures/test";

test.beforeEach(async ({ database }) => {
  await database.empty();
});

test("the neighbours of a contact are the last calls of the contacts before and after it in the list", async ({
  database: { sql },
}) => {
  await insertContacts(sql, SAMPLE_CONTACTS);
  for (const filter of [NO_FILTER, { ...NO_FILTER, state: ["not_reached" as const] }]) {
    for (const sort of ["-time", "time"] as const) {
      const { rows } = await listContacts(filter, { ...DEFAULT_VIEW, sort });
      expect(rows.length).toBeGreaterThan(2);
      for (const [index, row] of rows.entries()) {
        expect(await readContactNeighbours(row, filter, sort), `${sort} ${row.contactId}`).toEqual({
          previous: rows[index - 1]?.lastCallId ?? null,
          next: rows[index + 1]?.lastCallId ?? null,
        });
      }
    }
  }
});

test("the page of a call reads its own call, however many the contact has", async ({ database: { sql } }) => {
  const outcomes = Array.from({ length: 1000 }, () => "no_answer");
  await insertContacts(sql, [{ root: "long", name: null, phone: "+966500000009", outcomes, minutesAgo: 1 }]);
  const contact = await readContact({ contactId: "long", callId: "long-700" });
  expect(contact?.callCount).toBe(1000);
  expect(contact?.trail.map(({ index }) => index)).toEqual([
    ...Array.from({ length: 199 }, (_, at) => at + 1),
    700,
    1000,
  ]);
  expect(await readContact({ contactId: "none", callId: "none" })).toBeNull();
});

test("other calls with a number are the newest of other contacts", async ({ database: { sql } }) => {
  await insertContacts(sql, SAMPLE_CONTACTS);
  const ids = async (except: string, limit: number) =>
    (await listCallsOfNumber("+966500000001", except, limit)).map(({ callId }) => callId);
  expect(await ids("old", 10)).toEqual(["nora-2", "nora"]);
  expect(await ids("old", 1)).toEqual(["nora-2"]);
  expect(await ids("nora", 10)).toEqual(["old"]);
});

test("other calls with a number are found in whatever form their number is stored", async ({
  database: { sql, empty },
}) => {
  await empty();
  const forms = ["+966501112233", "0501112233", "00966 50 111 2233", "+966 (0) 50 111 2233", "+966 (050) 111 2233"];
  const others = ["+971501112233", "+966501112234", "2233", "sip:2233@pbx"];
  await insertCalls(
    sql,
    [...forms, ...others].map((phone_number) => ({
      call_id: phone_number,
      started_at: "2026-11-23T10:00:00Z",
      phone_number,
    })),
  );
  const found = async (phoneNumber: string) =>
    (await listCallsOfNumber(phoneNumber, "none", 20)).map(({ callId }) => callId).toSorted();
  for (const international of forms.filter((form) => !form.startsWith("05"))) {
    expect([international, await found(international)]).toEqual([international, forms.toSorted()]);
  }
  expect(await found("2233")).toEqual(["2233"]);
  expect(await found("sip:2233@pbx")).toEqual(["sip:2233@pbx"]);
});
