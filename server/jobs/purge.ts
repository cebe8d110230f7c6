import { claimPeriodicRun, readState, turnKey, writeState } from "@/db/organization/states";
import { type NewAuditEvent, recordAuditEvent } from "@/db/privacy/audit";
import { pruneAudit, readAuditDays } from "@/db/privacy/audit-rule";
import {
  daysOf,
  purgeBatch,
  PURGED_ROWS,
  readRetention,
  sweepBatch,
  type SweepPlace,
  SWEPT_KINDS,
  type SweptKind,
} from "@/db/privacy/retention";
import { log } from "@/lib/log";
import type { AuditDetail } from "@/lib/privacy/audit";

import { type Deletion, type DeletionResult, deleteInTurn } from "./deletion";

/**
 * Retention: once an hour, in one process, deletes data that is older than the organization's rules allow. Each kind of data runs by itself
 * (`deletion.ts`). If a kind failed or the time was up, the next run follows after minutes.
 */

const EVERY_MINUTES = 60;
const AGAIN_AFTER_MINUTES = 5;
const BATCH = 500;
/** A call is deleted from six tables, and its contact is computed again. */
const BATCHES: Partial<Record<RetentionRunKind | "answer", number>> = { call: 200 };
/** Each batch of the audit log leaves an event. */
const AUDIT_BATCH = 10_000;
const JOB = "purge";
const STATE = "retention";

/**
 * How far the sweep of a kind has come. A call may get back what was deleted, for example by an import, so each run begins again; but a sweep of
 * many statements goes on when further calls become due, and begins again once a day.
 */
type Sweep = {
  place: SweepPlace;
  beganAt: string;
  statements: number;
  /** Where the first row is that could not be deleted, which the next run tries again. */
  failedAfter?: SweepPlace;
};
type Sweeps = Partial<Record<SweptKind, Sweep>>;
const SWEEPS = "retention sweeps";
const SWEEP_AGAIN_MS = 24 * 3_600_000;
/** Two hundred thousand calls, in a second or two. */
const SHORT_SWEEP = 100;

/** The kinds as the pages and the audit log name them: the answers of the API count as deliveries. */
export const RETENTION_RUN_KINDS = ["recording", "transcript", "delivery", "call", "audit"] as const;
type RetentionRunKind = (typeof RETENTION_RUN_KINDS)[number];

/** How the last run of one kind went. `error`: the code of the error that left data behind. */
type LastRun = Omit<DeletionResult<RetentionRunKind>, "kind">;
type StoredRun = { kinds: Partial<Record<RetentionRunKind, LastRun>> };

/** The last run: its time, each kind that has a rule, and when the next run is due. */
type RetentionStatus = StoredRun & { at: Date; nextAt: Date };

type PurgeResult = { deleted: number; failed: RetentionRunKind[] };

/** Applies the rules if a run is due. Returns how many rows were deleted. */
export async function purgeDue(budgetMs = 25_000): Promise<number> {
  const last = await readState<StoredRun>(STATE);
  return (await claimPeriodicRun(JOB, minutesAfter(last?.value))) ? (await purge(null, budgetMs)).deleted : 0;
}

/** How the last run went; null before the first run. */
export async function readRetentionStatus(): Promise<RetentionStatus | null> {
  const [last, turn] = await Promise.all([readState<StoredRun>(STATE), readState(turnKey(JOB))]);
  if (last === null) {
    return null;
  }
  const nextAt = turn === null ? Date.now() : turn.updatedAt.getTime() + minutesAfter(last.value) * 60_000;
  return { ...last.value, at: last.updatedAt, nextAt: new Date(nextAt) };
}

/**
 * Applies the rules now, and records the result for the privacy page and in the audit log. Stops after `budgetMs`; a later run deletes the
 * rest. Throws only if the database is unavailable before or after the deletions.
 *
 * @param actor the user who requested the run; null for the timer
 * @param sourceIp the address of the user's request
 */
export async function purge(
  actor: NewAuditEvent["actor"],
  budgetMs: number,
  sourceIp: string | null = null,
): Promise<PurgeResult> {
  const before = await readState<StoredRun>(STATE);
  const sweeps = (await readState<Sweeps>(SWEEPS))?.value ?? {};
  const kinds = byKind(await deleteInTurn(await deletions(sweeps, actor !== null), budgetMs));
  await writeState(SWEEPS, sweeps);
  const results = Object.entries(kinds) as [RetentionRunKind, LastRun][];
  const deleted = results.reduce((sum, [, result]) => sum + result.deleted, 0);
  const failed = results.flatMap(([kind, { error }]) => (error === null ? [] : [kind]));
  for (const [kind, { error, skipped }] of results) {
    if (error !== null) {
      log("warn", "retention_failed", { job: kind, error_code: error, count: skipped });
    }
  }
  // A kind that keeps failing is one event, not one every few minutes.
  const isNews = failed.some((kind) => (before?.value.kinds[kind]?.error ?? null) === null);
  if (deleted > 0 || actor !== null || isNews) {
    await recordAuditEvent({ actor, sourceIp, action: "retention_run", rowCount: deleted, detail: detailOf(kinds) });
  }
  await writeState(STATE, { kinds } satisfies StoredRun);
  return { deleted, failed };
}

/** What the saved rules delete. `sweeps` follows the deletions. */
async function deletions(
  sweeps: Sweeps,
  fromTheStart: boolean,
): Promise<Deletion<SweptKind | (typeof PURGED_ROWS)[number] | "audit">[]> {
  const [rules, auditDays] = await Promise.all([readRetention(), readAuditDays()]);
  const swept = SWEPT_KINDS.flatMap((kind) => {
    const days = daysOf(rules, kind);
    return days === null ? [] : [sweepOf(kind, days, sweeps, fromTheStart)];
  });
  const rows = PURGED_ROWS.flatMap((kind) => {
    const days = daysOf(rules, kind);
    const deleteBatch = (limit: number, skip: number) => purgeBatch(kind, days ?? 0, limit, skip);
    return days === null ? [] : [{ kind, batch: BATCHES[kind] ?? BATCH, deleteBatch }];
  });
  return [
    ...swept,
    ...rows,
    ...(auditDays === null ? [] : [{ kind: "audit" as const, batch: AUDIT_BATCH, deleteBatch: pruneAudit }]),
  ];
}

function sweepOf(kind: SweptKind, days: number, sweeps: Sweeps, fromTheStart: boolean): Deletion<SweptKind> {
  if (fromTheStart) {
    delete sweeps[kind];
  }
  return {
    kind,
    batch: BATCH,
    async deleteBatch(limit, skip) {
      const sweep = sweeps[kind] ?? { place: null, beganAt: new Date().toISOString(), statements: 0 };
      const { place } = sweep;
      const { deleted, next, isAtEnd } = await sweepBatch(kind, days, place, limit, skip);
      const hasPassed = next !== place;
      if (hasPassed && skip > 0 && sweep.failedAfter === undefined) {
        sweep.failedAfter = place;
      }
      sweep.place = next;
      sweep.statements += 1;
      sweeps[kind] = sweep;
      if (isAtEnd) {
        endSweep(kind, sweep, sweeps);
      }
      return { deleted, isFinished: isAtEnd, hasPassed };
    },
  };
}

/** Decides where the next run begins. */
function endSweep(kind: SweptKind, { failedAfter, ...sweep }: Sweep, sweeps: Sweeps): void {
  const isOld = Date.now() - Date.parse(sweep.beganAt) > SWEEP_AGAIN_MS;
  if (isOld || sweep.statements <= SHORT_SWEEP) {
    delete sweeps[kind];
  } else {
    sweeps[kind] = failedAfter === undefined ? sweep : { ...sweep, place: failedAfter };
  }
}

function byKind(results: DeletionResult<RetentionRunKind | "answer">[]): StoredRun["kinds"] {
  const kinds: StoredRun["kinds"] = {};
  for (const { kind: deletedKind, ...result } of results) {
    const kind = deletedKind === "answer" ? "delivery" : deletedKind;
    const other = kinds[kind];
    kinds[kind] =
      other === undefined
        ? result
        : {
            deleted: other.deleted + result.deleted,
            skipped: other.skipped + result.skipped,
            error: other.error ?? result.error,
            isFinished: other.isFinished && result.isFinished,
          };
  }
  return kinds;
}

/** `{recording: 2, call: 0, callFailed: true}`. Kinds without a rule are left out. */
function detailOf(kinds: StoredRun["kinds"]): AuditDetail {
  const detail: AuditDetail = {};
  for (const kind of RETENTION_RUN_KINDS) {
    const result = kinds[kind];
    if (result !== undefined) {
      detail[kind] = result.deleted;
      if (result.error !== null) {
        detail[`${kind}Failed`] = true;
      }
    }
  }
  return detail;
}

function minutesAfter(run: StoredRun | undefined): number {
  const isIncomplete = Object.values(run?.kinds ?? {}).some(({ error, isFinished }) => error !== null || !isFinished);
  return isIncomplete ? AGAIN_AFTER_MINUTES : EVERY_MINUTES;
}
