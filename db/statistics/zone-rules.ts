import { sql } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";
import { ORGANIZATION_DEFAULTS } from "@/db/organization/settings";

/**
 * The rules of a time zone as Postgres has them. When a country changes them, an upgrade of the server's time zone data moves the edges of days that
 * are in the cells already. So the rules that the cells were made by are stored, and compared with those of today: right after Postgres was
 * started, and once an hour.
 *
 * Most upgrades of the data come with a new version of Postgres, which has to be started. Where the data is the operating system's, new
 * connections read new data at once, and older ones keep what they have read. The pool replaces connections within an hour. To compare more often meanwhile
 * would discard the cells again for each connection that still has the old rules. So until then, calls around the midnights that have moved
 * may be counted on the day beside theirs.
 */

/** The rules are in `states` under this key. */
const KEY = "statistics zone";
const FIRST_DAY = "2000-01-01T00:00:00Z";

/** From `at`, in seconds since 1970, local time is so many seconds ahead of UTC. */
type Rule = [at: number, offset: number];
type Stored = { zone: string; rules: Rule[] };

/** The organization's time zone, in SQL. */
export const currentZone = sql`coalesce((select time_zone from organization), ${ORGANIZATION_DEFAULTS.timeZone})`;

/** Whether the rules have to be compared. */
export const areRulesDue = sql`not exists (
  select from states where key = ${KEY} and updated_at > greatest(now() - interval '1 hour', pg_postmaster_start_time())
)`;

/**
 * Whether cells of this zone mean what they meant when they were written. Stores the rules of today. Rules of the future may change, because no cell was made by
 * them: a call of tomorrow is folded by what Postgres knows then.
 */
export async function areRulesKept(transaction: Transaction, zone: string): Promise<boolean> {
  const [known] = await transaction.execute<{ is_due: boolean; stored: Stored | null; now: number }>(sql`
    select ${areRulesDue} as is_due, (select value from states where key = ${KEY}) as stored, extract(epoch from now())::float8 as now
  `);
  if (known === undefined || (known.stored?.zone === zone && !known.is_due)) {
    return true;
  }
  const rules = await readRules(transaction, zone);
  await transaction.execute(sql`
    insert into states (key, value) values (${KEY}, ${JSON.stringify({ zone, rules })}::text::jsonb)
    on conflict (key) do update set value = excluded.value, updated_at = now()
  `);
  const past = (all: readonly Rule[]) => JSON.stringify(all.filter(([at]) => at <= known.now));
  // For another zone the cells are built anyway.
  return known.stored?.zone !== zone || past(known.stored.rules) === past(rules);
}

/** The offset at the beginning, and each change of it until a year from now. Two changes within a day that cancel each other are not found. */
async function readRules(transaction: Transaction, zone: string): Promise<Rule[]> {
  const offsetAt = (at: "day" | "quarter") => {
    const instant = sql.raw(at);
    return sql`extract(epoch from (${instant} at time zone ${zone}::text) - (${instant} at time zone 'UTC'))::integer`;
  };
  const rows = await transaction.execute<{ at: number; seconds: number }>(sql`
    select extract(epoch from case when before is null then day else (
        select min(quarter) from generate_series(day - interval '24 hours', day, interval '15 minutes') as quarter where ${offsetAt("quarter")} = seconds
      ) end)::float8 as at, seconds
    from (
      select day, ${offsetAt("day")} as seconds, lag(${offsetAt("day")}) over (order by day) as before
      from generate_series(${FIRST_DAY}::timestamptz, now() + interval '400 days', interval '24 hours') as day
    ) as days
    where before is distinct from seconds
    order by day
  `);
  return rows.map(({ at, seconds }) => [at, seconds]);
}
