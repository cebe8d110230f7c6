import { sql, type SQL } from "drizzle-orm";

import { numberPatternSource, type SoughtNumber } from "@/lib/phone/pattern";

/** A condition for queries over `calls`: the call was to or from the number, in any notation, or has the number in its id. */
export function hasNumber(number: SoughtNumber): SQL {
  const pattern = numberPatternSource(number);
  return sql`(calls.phone_number ~ ${pattern} or calls.call_id ~ ${pattern} or calls.root_call_id ~ ${pattern})`;
}

/** A condition for queries over `call_details`: some text or JSON contains the number as it is written. */
export function mentionsNumber(number: SoughtNumber): SQL {
  return sql`concat_ws(' ', facts, transcript, corrections, report, response_body, variables) ~ ${numberPatternSource(number)}`;
}
