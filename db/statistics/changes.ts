import { sql, type SQL } from "drizzle-orm";

import type { Transaction } from "@/db/driver/client";

import { addCalls, addKinds } from "./cells";
import { moveContacts } from "./contact-days";
import { addDays } from "./day-cells";

/** What the cells hold: the calls before `calls`, and the contacts whose last call is before `contacts`. Both are timestamps as text. */
export type Extent = { zone: string; calls: string; contacts: string };
export const NOTHING = { calls: "-infinity", contacts: "-infinity" };
export const EVERYTHING = { calls: "infinity", contacts: "infinity" };

/** How many changes wait, and how many calls the cells hold. */
export type Queue = { calls: number; contacts: number; folded: number };

export async function readQueue(transaction: Transaction): Promise<Queue> {
  const [queue] = await transaction.execute<Queue>(sql`
    select (select count(*) from statistics_changes)::float8 as calls, (select count(*) from contact_changes)::float8 as contacts,
      (select coalesce(sum(calls), 0) from call_kinds)::float8 as folded
  `);
  return queue ?? { calls: 0, contacts: 0, folded: 0 };
}

const SIGNED = sql.raw(
  "sign, occurred_at, scenario_id, outcome, goal, direction, language, attempt, dial_result, is_counted, duration_seconds, criteria",
);
/** Each part reads the whole queue to find its changes, so there must not be too many parts. */
const PARTS = 20;
/** A part has at most this many times the wanted number of changes, so that it does not take too long. */
const LARGEST_PART = 3;

/**
 * Folds what the changes say about the calls and contacts that the cells hold. What they say about others is forgotten. Of a long queue it folds a
 * part. Throws `CellsWrong`.
 *
 * @param size how many changes a part has, about; up to three times as many if the queue is very long
 * @returns the number of folded changes of calls, and whether others are left
 */
export async function foldChanges(
  transaction: Transaction,
  { zone, calls, contacts }: Extent,
  queue: Queue,
  size: number,
): Promise<{ changes: number; isMore: boolean }> {
  const queued = Math.max(queue.calls, queue.contacts);
  const parts = Math.max(1, Math.ceil(queued / Math.min(Math.max(size, queued / PARTS), LARGEST_PART * size)));
  const taken = ofPart(parts);
  const all = sql`select contact_id, ${SIGNED} from statistics_changes where ${taken}`;
  const held = sql`${all} and occurred_at < ${calls}::timestamptz`;
  const states = sql`select contact_id, id, state_before from contact_changes where ${taken}`;
  if (calls !== NOTHING.calls) {
    await addKinds(transaction, held);
  }
  if (contacts !== NOTHING.contacts) {
    // Before the calls: a contact may have been of kinds that no call is any more.
    await moveContacts(
      transaction,
      {
        ids: sql`select contact_id from (${all}) as signed union select contact_id from (${states}) as changed`,
        since: { calls: all, states },
        until: contacts,
      },
      zone,
    );
  }
  if (calls !== NOTHING.calls) {
    await addCalls(transaction, held, zone);
    await addDays(transaction, held, zone);
  }
  await transaction.execute(sql`delete from contact_changes where ${taken}`);
  const deleted = await transaction.execute<{ calls: number }>(sql`
    with deleted as (delete from statistics_changes where ${taken} returning 1) select count(*)::integer as calls from deleted
  `);
  return { changes: deleted[0]?.calls ?? 0, isMore: parts > 1 };
}

/** Selects the changes of one part of the contacts, by chance: all changes of a contact belong together. */
function ofPart(parts: number): SQL {
  const part = Math.floor(Math.random() * parts);
  return parts === 1
    ? sql`true`
    : sql`mod(hashtextextended(contact_id, 0) & 9223372036854775807, ${parts}::bigint) = ${part}::bigint`;
}
