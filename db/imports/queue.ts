import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";

import { jobs } from "@/db/driver/client";
import { importItems } from "@/db/schema/imports";
import type { ImportItemResult } from "@/lib/imports/import";
import { KEY_REFUSALS } from "@/lib/sarj/api";

/**
 * Each pending item has a due time in its row, so any process can continue an import.
 */

/** Longer than a request to the API can take. The claims of a process that dies expire after this time. */
const LEASE_SECONDS = 20;

export type ClaimedItem = {
  importId: string;
  callId: string;
  /** Includes this attempt. */
  attempts: number;
  /** Whether the API has already confirmed that the call exists. */
  isVerified: boolean;
};

/** Claims the next due item and leases it, so that no other process claims it. Null if no item is due. */
export async function claimImportItem(): Promise<ClaimedItem | null> {
  // Materialized because Postgres may run a plain subquery again for each row of the update and lock another row each time.
  const rows = await jobs.execute<{
    import_id: string;
    call_id: string;
    attempts: number;
    is_verified: boolean;
  }>(sql`
    with due as materialized (
      select import_id, call_id from import_items
      where due_at is not null and due_at <= now()
      order by due_at, position
      limit 1
      for update skip locked
    )
    update import_items set due_at = now() + make_interval(secs => ${LEASE_SECONDS}), attempts = least(attempts + 1, 1000)
    from due
    where import_items.import_id = due.import_id and import_items.call_id = due.call_id
    returning import_items.import_id, import_items.call_id, attempts, exists (
      select 1 from calls where calls.call_id = import_items.call_id and verified_at is not null
    ) as is_verified
  `);
  const row = rows[0];
  return row === undefined
    ? null
    : { importId: row.import_id, callId: row.call_id, attempts: row.attempts, isVerified: row.is_verified };
}

/** Writes the result of an item. A cancelled item stays cancelled. `error` is a code of `lib/sarj/api.ts` or `not_storable`. */
export async function finishImportItem(
  item: ClaimedItem,
  state: ImportItemResult,
  error: string | null,
): Promise<void> {
  await jobs
    .update(importItems)
    .set({ state, error, dueAt: null, doneAt: sql`now()` })
    .where(pendingItem(item));
}

/** Makes an item due again in `seconds`. `countAttempt` is false if the failure was unrelated to the item. */
export async function postponeImportItem(
  item: ClaimedItem,
  { error, seconds, countAttempt }: { error: string; seconds: number; countAttempt: boolean },
): Promise<void> {
  await jobs
    .update(importItems)
    .set({
      error,
      dueAt: sql`now() + make_interval(secs => ${seconds})`,
      ...(countAttempt ? {} : { attempts: sql`greatest(${importItems.attempts} - 1, 0)` }),
    })
    .where(pendingItem(item));
}

function pendingItem({ importId, callId }: ClaimedItem) {
  return and(eq(importItems.importId, importId), eq(importItems.callId, callId), eq(importItems.state, "pending"));
}

/** Makes items due that were postponed because the vendor refused the API key. */
export async function makeImportKeyRefusalsDue(): Promise<void> {
  await jobs
    .update(importItems)
    .set({ dueAt: sql`now()` })
    .where(and(isNotNull(importItems.dueAt), inArray(importItems.error, KEY_REFUSALS)));
}
