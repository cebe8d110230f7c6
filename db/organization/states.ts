import { eq, sql } from "drizzle-orm";

import { jobs } from "@/db/driver/client";
import { states } from "@/db/schema/organization";

/**
 * The value stored under a key and its age by the database's clock; null if the key does not exist. The type is not checked,
 * because only Callboard writes these values.
 */
export async function readState<Value>(key: string): Promise<{ value: Value; updatedAt: Date; ageMs: number } | null> {
  const [row] = await jobs
    .select({
      value: states.value,
      updatedAt: states.updatedAt,
      ageMs: sql<number>`extract(epoch from now() - ${states.updatedAt}) * 1000`.mapWith(Number),
    })
    .from(states)
    .where(eq(states.key, key))
    .limit(1);
  return row === undefined ? null : { ...row, value: row.value as Value };
}

/** Stores a value under a key. `value` must be JSON. */
export async function writeState(key: string, value: unknown): Promise<void> {
  await jobs
    .insert(states)
    .values({ key, value })
    .onConflictDoUpdate({ target: states.key, set: { value, updatedAt: sql`now()` } });
}

/** Removes a key. */
export async function clearState(key: string): Promise<void> {
  await jobs.delete(states).where(eq(states.key, key));
}

/** Atomically adds `by` to the `{count}` stored under a key. */
export async function countUp(key: string, by: number): Promise<void> {
  await jobs
    .insert(states)
    .values({ key, value: { count: by } })
    .onConflictDoUpdate({
      target: states.key,
      set: {
        value: sql`jsonb_build_object('count', (${states.value} ->> 'count')::bigint + ${by})`,
        updatedAt: sql`now()`,
      },
    });
}

/** The key under which `claimPeriodicRun` stores the time of a run. */
export function turnKey(name: string): string {
  return `turn:${name}`;
}

/** Claims work that runs at most once every `minutes`. Of all processes that call this, one gets `true` and must do the work. */
export async function claimPeriodicRun(name: string, minutes: number): Promise<boolean> {
  const rows = await jobs.execute(sql`
    insert into states as kept (key, value) values (${turnKey(name)}, 'null')
    on conflict (key) do update set updated_at = now()
    where kept.updated_at < now() - make_interval(mins => ${minutes}::integer)
    returning key
  `);
  return rows.length > 0;
}
