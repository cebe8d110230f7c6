import { sql, type SQL } from "drizzle-orm";

import { hasDigits } from "@/db/calls/conditions";
import { jobs } from "@/db/driver/client";
import { MIN_NATIONAL_DIGITS, numberPatternSource, partsOf, type SoughtNumber } from "@/lib/phone/pattern";

import type { Batch } from "./stored-texts";

/** A condition for queries over `calls`: the call was to or from the number, in any notation, or has the number in its id. */
export function hasNumber(number: SoughtNumber): SQL {
  const pattern = numberPatternSource(number);
  return sql`(calls.phone_number ~ ${pattern} or calls.call_id ~ ${pattern} or calls.root_call_id ~ ${pattern})`;
}

/**
 * The same for the call's number alone, in Latin digits or in others only, so that the indexes of numbers find it: not a number in the call's id, nor one
 * in mixed digits.
 */
export function isToOrFrom(number: SoughtNumber): SQL {
  const { national } = partsOf(number);
  const digits = national.length < MIN_NATIONAL_DIGITS ? number.digits : national;
  return sql`((${hasDigits(digits)} or calls.phone_digits = '') and calls.phone_number ~ ${numberPatternSource(number)})`;
}

/** Calls that one statement looks at. Some hundred milliseconds, if each has to be read from the disk. */
const WINDOW = 2_000;

/**
 * The ids of the calls to and from the number among the next calls after `cursor`, which is a call's id or "". No index finds a number in any
 * notation, and one statement over ten million calls would take a minute.
 *
 * @param before only calls that were first received before this moment; null for all
 */
export async function findCallsWith(
  number: SoughtNumber,
  cursor: string,
  before: Date | null = null,
): Promise<Batch<string>> {
  const isBefore = before === null ? sql`true` : sql`first_received_at < ${before.toISOString()}::timestamptz`;
  const [found] = await jobs.execute<{ examined: number; last: string | null; ids: string[] | null }>(sql`
    with examined as materialized (
      select call_id, phone_number, root_call_id, first_received_at from calls
      where call_id > ${cursor} order by call_id limit ${WINDOW}
    )
    select
      (select count(*)::integer from examined) as examined, (select max(call_id) from examined) as last,
      (select json_agg(call_id order by call_id) from examined calls where ${isBefore} and ${hasNumber(number)}) as ids
  `);
  return {
    rows: found?.ids ?? [],
    next: found === undefined || found.examined < WINDOW ? null : found.last,
  };
}

/** A condition for queries over `call_details`: some text or JSON contains the number as it is written. */
export function mentionsNumber(number: SoughtNumber): SQL {
  return sql`concat_ws(' ', facts, transcript, corrections, report, response_body, variables) ~ ${numberPatternSource(number)}`;
}
