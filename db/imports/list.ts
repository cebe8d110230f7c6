import { and, asc, count, desc, eq, gt, inArray } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { importItems, imports, type Import, type ImportItem } from "@/db/schema/imports";
import { user } from "@/db/schema/people";
import type { ImportItemState } from "@/lib/imports/import";

/** Lists imports and their items for the pages and the command. */

type ImportItemCounts = Record<ImportItemState, number>;

const NO_ITEMS: ImportItemCounts = { pending: 0, imported: 0, already_there: 0, not_found: 0, failed: 0, cancelled: 0 };

export type ImportSummary = Pick<Import, "id" | "source" | "fileName" | "createdAt" | "cancelledAt"> & {
  /** The user who started the import; null for the command and for a deleted user. */
  userName: string | null;
  counts: ImportItemCounts;
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

/** The latest imports, newest first. */
export async function listImports(limit: number): Promise<ImportSummary[]> {
  const rows = await db
    .select(SUMMARY_COLUMNS)
    .from(imports)
    .leftJoin(user, eq(user.id, imports.userId))
    .orderBy(desc(imports.createdAt), desc(imports.id))
    .limit(limit);
  return withCounts(rows);
}

/** One import; null for an unknown id. `id` is a UUID. */
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

/** The items of an import whose position is greater than `after`, ordered by position. */
export async function listImportItems(
  importId: string,
  { state, after, limit }: { state: ImportItemState | null; after: number; limit: number },
): Promise<ListedItem[]> {
  return db
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
