import { and, asc, desc, eq, getTableColumns, isNull, lt, or, sql } from "drizzle-orm";

import { db, jobs } from "@/db/driver/client";
import { erasedNumbers, erasures, type Erasure } from "@/db/schema/privacy";
import type { SoughtNumber } from "@/lib/phone/pattern";
import type { hashedNumber } from "@/lib/privacy/erased-number";

/**
 * Requests to erase a person by phone number. A job processes them in batches (`erase.ts`). The progress is stored with the request, so any
 * process can continue at any time.
 */

const LEASE_SECONDS = 120;

/**
 * Stores a request for the job and returns its id.
 *
 * @param requestedBy the name of a user; null for Callboard itself
 * @param repeated the erasure to repeat after a restore, and when it finished: what was stored later stays
 */
export async function startErasure(
  { digits, masked }: SoughtNumber,
  requestedBy: string | null,
  {
    deleteUnreadable = false,
    repeated,
  }: { deleteUnreadable?: boolean; repeated?: { id: string; erasedAt: Date } } = {},
): Promise<string> {
  const [row] = await db
    .insert(erasures)
    .values({
      digits,
      masked,
      requestedBy,
      deleteUnreadable,
      repeatOf: repeated?.id ?? null,
      storedBefore: repeated?.erasedAt ?? null,
    })
    .returning({ id: erasures.id });
  if (row === undefined) {
    throw new Error("The statement returned no row");
  }
  return row.id;
}

const { digits: _digits, cursor: _cursor, leasedUntil: _leasedUntil, ...SHOWN } = getTableColumns(erasures);

/** The part of an erasure that users see, without the number itself. */
type ShownErasure = Omit<Erasure, "digits" | "cursor" | "leasedUntil">;

/** The latest erasures, newest first: at most `limit`. */
export async function listErasures(limit = 50): Promise<ShownErasure[]> {
  return db.select(SHOWN).from(erasures).orderBy(desc(erasures.requestedAt)).limit(limit);
}

/** One erasure; null if it does not exist. */
export async function getErasure(id: string): Promise<ShownErasure | null> {
  const [row] = await db.select(SHOWN).from(erasures).where(eq(erasures.id, id)).limit(1);
  return row ?? null;
}

/** Whether an erasure is under way. */
export async function isErasing(): Promise<boolean> {
  const rows = await jobs.select({ id: erasures.id }).from(erasures).where(eq(erasures.state, "running")).limit(1);
  return rows.length > 0;
}

/* ── For the job ─────────────────────────────────────────────────────────────────────────────────────────────────── */

export type ClaimedErasure = Erasure & { digits: string };

/** Claims the oldest erasure that no process is working on, with a lease of `LEASE_SECONDS`; null if there is none to claim. */
export async function claimErasure(): Promise<ClaimedErasure | null> {
  // As a subquery of the condition, this query could run again for every row and lock another row each time.
  const next = jobs.$with("next").as(
    jobs
      .select({ nextId: sql<string>`${erasures.id}`.as("next_id") })
      .from(erasures)
      .where(and(eq(erasures.state, "running"), or(isNull(erasures.leasedUntil), lt(erasures.leasedUntil, sql`now()`))))
      .orderBy(asc(erasures.requestedAt))
      .limit(1)
      .for("update", { skipLocked: true }),
  );
  const [row] = await jobs
    .with(next)
    .update(erasures)
    .set({ leasedUntil: leaseEnd() })
    .from(next)
    .where(eq(erasures.id, next.nextId))
    .returning(getTableColumns(erasures));
  return row === undefined || row.digits === null ? null : { ...row, digits: row.digits };
}

/** The step of the next batch, and the key after which the batch begins; "" is the start. */
export type ErasureProgress = Pick<Erasure, "step" | "cursor">;

/** The columns that store the progress of an erasure. They also extend its lease. */
export function progressColumns(progress: ErasureProgress) {
  return { ...progress, leasedUntil: leaseEnd() };
}

/** Ends the lease, so that any process can continue. `fromTheStart`: repeat all steps, because data has arrived that was not searched. */
export async function releaseErasure(id: string, { fromTheStart = false } = {}): Promise<void> {
  const progress: Partial<ErasureProgress> = fromTheStart ? { step: "calls", cursor: "" } : {};
  await jobs
    .update(erasures)
    .set({ leasedUntil: null, ...progress })
    .where(eq(erasures.id, id));
}

/**
 * Ends an erasure and deletes the number from it.
 *
 * @param outcome the code of the failure; or, if the erasure succeeded, how many damaged records were kept, and what is kept of the number in
 *   order to erase it again after a restore
 */
export async function finishErasure(
  id: string,
  outcome: { error: string } | { damagedKept: number; erased: Awaited<ReturnType<typeof hashedNumber>> | null },
): Promise<Erasure | null> {
  return jobs.transaction(async (transaction) => {
    const [row] = await transaction
      .update(erasures)
      .set({
        ...("error" in outcome
          ? { state: "failed", error: outcome.error }
          : { state: "done", damagedKept: outcome.damagedKept }),
        digits: null,
        leasedUntil: null,
        finishedAt: sql`now()`,
      })
      .where(eq(erasures.id, id))
      .returning();
    if (row?.finishedAt != null && "erased" in outcome && outcome.erased !== null) {
      const { deleteUnreadable, finishedAt } = row;
      await transaction
        .insert(erasedNumbers)
        .values({ id, ...outcome.erased, deleteUnreadable, erasedAt: finishedAt, searchedAt: finishedAt })
        .onConflictDoNothing();
    }
    return row ?? null;
  });
}

function leaseEnd() {
  return sql`now() + make_interval(secs => ${LEASE_SECONDS})`;
}
