import { sql, type SQL } from "drizzle-orm";

import { jobs } from "@/db/driver/client";

/**
 * What is deleted some time after it has ended: counts of attempts, sessions, pending sign-ins, one-time links, browsers that nobody uses and
 * notices that were read. Nothing reads these rows anymore, except that the pages show an expired invitation and a read notice for a while.
 */
export const EXPIRED_KINDS = [
  "rate_limit",
  "session",
  "verification",
  "one_time_link",
  "known_device",
  "notice",
] as const;
export type ExpiredKind = (typeof EXPIRED_KINDS)[number];

/** Longer than any window of attempts. */
const ATTEMPTS_DAYS = 1;
const LINK_DAYS = 90;
const DEVICE_DAYS = 365;
const NOTICE_DAYS = 90;
/** Until then, the sign-in page says why the session ended. */
const SESSION_DAYS = 7;

type Source = { table: SQL; key: SQL; at: SQL; before: SQL };

const SOURCES: Record<ExpiredKind, Source> = {
  rate_limit: {
    table: sql`rate_limit`,
    key: sql`id`,
    at: sql`last_request`,
    before: sql`(extract(epoch from now() - make_interval(days => ${ATTEMPTS_DAYS}::integer)) * 1000)::bigint`,
  },
  session: {
    table: sql`session`,
    key: sql`id`,
    at: sql`expires_at`,
    before: sql`now() - make_interval(days => ${SESSION_DAYS}::integer)`,
  },
  verification: { table: sql`verification`, key: sql`id`, at: sql`expires_at`, before: sql`now()` },
  one_time_link: {
    table: sql`one_time_links`,
    key: sql`token_hash`,
    at: sql`expires_at`,
    before: sql`now() - make_interval(days => ${LINK_DAYS}::integer)`,
  },
  known_device: {
    table: sql`known_devices`,
    key: sql`id`,
    at: sql`last_seen_at`,
    before: sql`now() - make_interval(days => ${DEVICE_DAYS}::integer)`,
  },
  notice: {
    table: sql`notices`,
    key: sql`id`,
    at: sql`read_at`,
    before: sql`now() - make_interval(days => ${NOTICE_DAYS}::integer)`,
  },
};

/** Deletes up to `limit` rows that have ended, oldest first, after skipping the first `skip`. Returns how many it deleted. */
export async function deleteExpired(kind: ExpiredKind, limit: number, skip = 0): Promise<number> {
  const { table, key, at, before } = SOURCES[kind];
  const rows = await jobs.execute<{ count: number }>(sql`
    with due as materialized (
      select ${key} as key from ${table} where ${at} < ${before}
      order by ${at}, ${key} limit ${limit} offset ${skip} for update skip locked
    ), deleted as (delete from ${table} using due where ${table}.${key} = due.key)
    select count(*)::integer as count from due
  `);
  return rows[0]?.count ?? 0;
}
