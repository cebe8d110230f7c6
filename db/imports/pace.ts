import { sql } from "drizzle-orm";

import { jobs } from "@/db/driver/client";

/** Limits the rate of an import's requests to the vendor's API. All processes share the limit. */

/** The key in `states` whose value is when the next request may begin, in seconds since the epoch. */
const PACE_KEY = "import_pace";

/**
 * Reserves the next request and returns the milliseconds to wait before it.
 *
 * @param secondsEach the time between two requests
 */
export async function reserveRequest(secondsEach: number): Promise<number> {
  const rows = await jobs.execute<{ wait: number }>(sql`
    insert into states as kept (key, value)
    values (${PACE_KEY}, to_jsonb(extract(epoch from clock_timestamp()) + ${secondsEach}::float8))
    on conflict (key) do update set
      value = to_jsonb(greatest((kept.value #>> '{}')::float8, extract(epoch from clock_timestamp())::float8) + ${secondsEach}::float8),
      updated_at = now()
    returning greatest(0, ((value #>> '{}')::float8 - ${secondsEach}::float8 - extract(epoch from clock_timestamp())::float8) * 1000) as wait
  `);
  return Math.ceil(rows[0]?.wait ?? 0);
}

/** Prevents requests for the next `seconds`, after the vendor answered that there were too many. */
export async function pauseRequests(seconds: number): Promise<void> {
  await jobs.execute(sql`
    insert into states as kept (key, value)
    values (${PACE_KEY}, to_jsonb(extract(epoch from clock_timestamp())::float8 + ${seconds}::float8))
    on conflict (key) do update set
      value = to_jsonb(greatest((kept.value #>> '{}')::float8, extract(epoch from clock_timestamp())::float8 + ${seconds}::float8)),
      updated_at = now()
  `);
}
