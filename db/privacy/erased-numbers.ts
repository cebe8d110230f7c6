import { eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";

import { jobs } from "@/db/driver/client";
import { reviews } from "@/db/schema/calls";
import { erasedNumbers, erasures } from "@/db/schema/privacy";
import type { ErasedNumber } from "@/lib/privacy/erased-number";

/** The finished erasures that this database knows, as hashes: see `lib/privacy/erased-number.ts`. */

const COLUMNS = {
  id: erasedNumbers.id,
  hash: erasedNumbers.hash,
  salt: erasedNumbers.salt,
  masked: erasedNumbers.masked,
  country: erasedNumbers.country,
  nationalLength: erasedNumbers.nationalLength,
  deleteUnreadable: erasedNumbers.deleteUnreadable,
  erasedAt: erasedNumbers.erasedAt,
};

export async function listErasedNumbers(): Promise<ErasedNumber[]> {
  return jobs.select(COLUMNS).from(erasedNumbers).orderBy(erasedNumbers.erasedAt, erasedNumbers.id);
}

/** Stores numbers that this database does not know, because it is older than their erasure. They are then searched for. */
export async function addErasedNumbers(numbers: readonly ErasedNumber[]): Promise<void> {
  if (numbers.length > 0) {
    await jobs
      .insert(erasedNumbers)
      .values([...numbers])
      .onConflictDoNothing();
  }
}

/** The numbers for which this database was not searched yet. */
export async function listUnsearched(): Promise<ErasedNumber[]> {
  return jobs.select(COLUMNS).from(erasedNumbers).where(isNull(erasedNumbers.searchedAt));
}

export async function markSearched(ids: readonly string[]): Promise<void> {
  await jobs
    .update(erasedNumbers)
    .set({ searchedAt: sql`now()` })
    .where(inArray(erasedNumbers.id, [...ids]));
}

/** Whether an erasure is being repeated, or was, in this database. */
export async function isRepeated(id: string): Promise<boolean> {
  const rows = await jobs.select({ id: erasures.id }).from(erasures).where(eq(erasures.repeatOf, id)).limit(1);
  return rows.length > 0;
}

/** A salt in use; null if no number was erased yet. */
export async function readSalt(): Promise<string | null> {
  const [row] = await jobs.select({ salt: erasedNumbers.salt }).from(erasedNumbers).limit(1);
  return row?.salt ?? null;
}

/** The notes of all reviews. */
export async function listNotes(): Promise<string[]> {
  const rows = await jobs.select({ note: reviews.note }).from(reviews).where(isNotNull(reviews.note));
  return rows.flatMap(({ note }) => (note === null ? [] : [note]));
}
