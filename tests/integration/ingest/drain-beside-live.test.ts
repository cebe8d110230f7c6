import { deliveryRow, record, recordTogether } from "@/db/deliveries/record";
import { ANY_ADDRESS, interpret } from "@/lib/sarj/interpret";
import { NO_HURRY, received } from "@/tests/fixtures/received";
import { emptyWithoutEnrichment, webhook } from "@/tests/fixtures/retry-group";
import { expect, test } from "@/tests/fixtures/test";

/** Groups of the spool beside groups of live deliveries: both lock calls, then contacts. */

test.beforeEach(({ database }) => emptyWithoutEnrichment(database));

const CONTACTS = 60;

/** A dial of a contact. Dial 1 is its root. */
async function dial(contact: number, number: number, ended: number) {
  const fields = { root_call_id: number === 1 ? null : `c${contact}-1`, retry_attempt_number: number };
  const data = { ended_at: new Date(Date.UTC(2026, 4, 4, 9, 1, ended)).toISOString() };
  const body = Buffer.from(JSON.stringify(webhook(`c${contact}-${number}`, "complete", fields, data)));
  const delivery = received(body);
  return [delivery, await interpret(delivery, { now: new Date(), allowedAddresses: ANY_ADDRESS })] as const;
}

/** As many dials, half of them of known calls, each of another contact. */
async function dials(round: number, from: number) {
  const order = Array.from({ length: CONTACTS }, (_, contact) => contact);
  return Promise.all(
    order.map((contact) => dial(contact, (contact + from) % 2 === 0 ? 1 : round * 2 + from + 2, round * 2 + from)),
  );
}

test("row 32: groups of the spool and of live deliveries with the same contacts wait for each other, and none is refused", async ({
  database: { sql },
}) => {
  await Promise.all(
    Array.from({ length: CONTACTS }, async (_, contact) => record(...(await dial(contact, 1, 0)), NO_HURRY)),
  );
  const refused: unknown[] = [];
  for (let round = 0; round < 30; round += 1) {
    const spooled = await Promise.all((await dials(round, 0)).map((one) => deliveryRow(...one)));
    const live = await dials(round, 1);
    await Promise.all([
      recordTogether(spooled, NO_HURRY).catch((error: unknown) => refused.push(error)),
      ...live.map((one) => record(...one, NO_HURRY)),
    ]);
  }
  expect(refused).toEqual([]);
  expect(await sql`select 1 from contacts`).toHaveLength(CONTACTS);
});
