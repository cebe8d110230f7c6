import { and, eq, inArray, isNull, sql } from "drizzle-orm";

import { jobs } from "@/db/driver/client";
import { importItems, imports } from "@/db/schema/imports";
import type { ImportSource } from "@/lib/imports/import";

/** An import is a list of calls to fetch from the vendor's API. `db/imports/queue.ts` claims and finishes its items. */

/** Creates an import without items. */
export async function createImport(input: {
  id: string;
  source: ImportSource;
  fileName: string | null;
  userId: string | null;
}): Promise<void> {
  await jobs.insert(imports).values(input);
}

/**
 * Appends calls to an import. A call that the import already contains keeps its position, so adding the same calls twice is
 * harmless. Returns false if the import is unknown or cancelled.
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

/** Cancels an import and its pending items. */
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

/** Makes the failed and cancelled items pending again. Returns their number. */
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
