import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, sql } from "drizzle-orm";

import { db, jobs, replica } from "@/db/driver/client";
import { importItems, imports, type Import, type ImportItem } from "@/db/schema/imports";
import { user } from "@/db/schema/people";
import { KEY_REFUSALS } from "@/lib/sarj/api";

/**
 * Imports: lists of calls to fetch by the API. What is left to do is a state on the item's own row, so an import goes on wherever and
 * whenever a process works on it.
 */

/** In the order in which pages show them. */
export const ITEM_STATES = [
  "pending",
  "imported",
  "already_there",
  "not_found",
  "failed",
  "cancelled",
] as const satisfies ImportItem["state"][];
export type ItemState = ImportItem["state"];
/** What an item has become when nothing is left to do. */
export type ItemResult = Exclude<ItemState, "pending">;

/** Longer than an exchange with the API can take: a process that dies gives its claims back by itself. */
const LEASE_SECONDS = 20;

/** Makes an import without items. */
export async function createImport(input: {
  id: string;
  source: Import["source"];
  fileName: string | null;
  userId: string | null;
}): Promise<void> {
  await jobs.insert(imports).values(input);
}

/**
 * Adds calls to an import, at the end of its list. A call that is in it already stays where it is, so that adding the same part twice
 * is harmless. Returns false where the import is not known.
 */
export async function addImportItems(importId: string, callIds: readonly string[]): Promise<boolean> {
  const rows = await jobs.execute<{ known: boolean }>(sql`
    with known as (select id from imports where id = ${importId}::uuid and cancelled_at is null),
    added as (
      insert into import_items (import_id, call_id, position)
      select known.id, item.value, (select coalesce(max(position), 0) from import_items where import_id = ${importId}::uuid) + item.ordinality
      from known, jsonb_array_elements_text(${JSON.stringify(callIds)}::text::jsonb) with ordinality item
      on conflict (import_id, call_id) do nothing
    )
    select exists (select 1 from known) as known
  `);
  return rows[0]?.known ?? false;
}

export type ClaimedItem = {
  importId: string;
  callId: string;
  /** This attempt included. */
  attempts: number;
  /** Whether the API has confirmed the call before. */
  isVerified: boolean;
};

/** Takes the next item that is due and leases it, so that no other process takes it meanwhile. Null when none is due. */
export async function claimImportItem(): Promise<ClaimedItem | null> {
  // Materialized: as a plain subquery it may be run anew for every row of the update, each time with another row to lock.
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

/** Writes what came of an item. One that was cancelled meanwhile stays so. */
export async function finishImportItem(item: ClaimedItem, state: ItemResult, error: string | null): Promise<void> {
  await jobs
    .update(importItems)
    .set({ state, error, dueAt: null, doneAt: sql`now()` })
    .where(pendingItem(item));
}

/** Puts an item off: it is due again in `seconds`. `countAttempt` is false where the item itself was not to blame. */
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

/** Makes the items due now that were postponed because the vendor refused the key. */
export async function makeImportKeyRefusalsDue(): Promise<void> {
  await jobs
    .update(importItems)
    .set({ dueAt: sql`now()` })
    .where(and(isNotNull(importItems.dueAt), inArray(importItems.error, KEY_REFUSALS)));
}

/** Ends an import: what is not done yet is not asked for. */
export async function cancelImport(importId: string): Promise<void> {
  await jobs.transaction(async (transaction) => {
    await transaction
      .update(imports)
      .set({ cancelledAt: sql`now()` })
      .where(and(eq(imports.id, importId), isNull(imports.cancelledAt)));
    await transaction
      .update(importItems)
      .set({ state: "cancelled", dueAt: null, doneAt: sql`now()` })
      .where(and(eq(importItems.importId, importId), eq(importItems.state, "pending")));
  });
}

/** Asks again for what failed, and for what was cancelled: the import goes on. Returns how many that are. */
export async function retryImport(importId: string): Promise<number> {
  return jobs.transaction(async (transaction) => {
    await transaction.update(imports).set({ cancelledAt: null }).where(eq(imports.id, importId));
    const retried = await transaction
      .update(importItems)
      .set({ state: "pending", error: null, attempts: 0, dueAt: sql`now()`, doneAt: null })
      .where(and(eq(importItems.importId, importId), inArray(importItems.state, ["failed", "cancelled"])))
      .returning({ callId: importItems.callId });
    return retried.length;
  });
}

/** Where the pace of requests is kept: seconds since the epoch at which the next one may begin. */
const PACE_KEY = "import_pace";

/**
 * Takes the next place in the queue to the API and returns how many milliseconds it is ahead. All processes share one pace, so that
 * two of them are not twice as fast.
 *
 * @param secondsEach the pause between two requests
 */
export async function takePlace(secondsEach: number): Promise<number> {
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

/** Nobody asks before `seconds` from now: the vendor said that it is too much. */
export async function pausePace(seconds: number): Promise<void> {
  await jobs.execute(sql`
    insert into states as kept (key, value)
    values (${PACE_KEY}, to_jsonb(extract(epoch from clock_timestamp())::float8 + ${seconds}::float8))
    on conflict (key) do update set
      value = to_jsonb(greatest((kept.value #>> '{}')::float8, extract(epoch from clock_timestamp())::float8 + ${seconds}::float8)),
      updated_at = now()
  `);
}

/* ── What the pages show ─────────────────────────────────────────────────────────────────────────────────────────── */

export type ItemCounts = Record<ItemState, number>;

const NO_ITEMS: ItemCounts = { pending: 0, imported: 0, already_there: 0, not_found: 0, failed: 0, cancelled: 0 };

export type ImportSummary = Pick<Import, "id" | "source" | "fileName" | "createdAt" | "cancelledAt"> & {
  /** Who began it; null for the command and for people who are gone. */
  userName: string | null;
  counts: ItemCounts;
  total: number;
};

const SUMMARY_COLUMNS = {
  id: imports.id,
  source: imports.source,
  fileName: imports.fileName,
  createdAt: imports.createdAt,
  cancelledAt: imports.cancelledAt,
  userName: user.name,
};

/** The latest imports. */
export async function listImports(limit: number): Promise<ImportSummary[]> {
  const rows = await db
    .select(SUMMARY_COLUMNS)
    .from(imports)
    .leftJoin(user, eq(user.id, imports.userId))
    .orderBy(desc(imports.createdAt), desc(imports.id))
    .limit(limit);
  return withCounts(rows);
}

/** One import; null for an id that is not known. `id` is a UUID. */
export async function getImport(id: string): Promise<ImportSummary | null> {
  const rows = await db
    .select(SUMMARY_COLUMNS)
    .from(imports)
    .leftJoin(user, eq(user.id, imports.userId))
    .where(eq(imports.id, id));
  const [summary] = await withCounts(rows);
  return summary ?? null;
}

async function withCounts(rows: Omit<ImportSummary, "counts" | "total">[]): Promise<ImportSummary[]> {
  if (rows.length === 0) {
    return [];
  }
  const counted = await db
    .select({ importId: importItems.importId, state: importItems.state, count: count() })
    .from(importItems)
    .where(
      inArray(
        importItems.importId,
        rows.map((row) => row.id),
      ),
    )
    .groupBy(importItems.importId, importItems.state);
  return rows.map((row) => {
    const counts = { ...NO_ITEMS };
    for (const { importId, state, count: found } of counted) {
      if (importId === row.id) {
        counts[state] = found;
      }
    }
    return { ...row, counts, total: Object.values(counts).reduce((sum, found) => sum + found, 0) };
  });
}

export type ListedItem = Pick<ImportItem, "callId" | "position" | "state" | "error" | "attempts" | "doneAt">;

/** Items of an import beyond `after`, in the order of the list. */
export async function listImportItems(
  importId: string,
  { state, after, limit }: { state: ItemState | null; after: number; limit: number },
): Promise<ListedItem[]> {
  return replica
    .select({
      callId: importItems.callId,
      position: importItems.position,
      state: importItems.state,
      error: importItems.error,
      attempts: importItems.attempts,
      doneAt: importItems.doneAt,
    })
    .from(importItems)
    .where(
      and(
        eq(importItems.importId, importId),
        gt(importItems.position, after),
        state === null ? undefined : eq(importItems.state, state),
      ),
    )
    .orderBy(asc(importItems.position))
    .limit(limit);
}
