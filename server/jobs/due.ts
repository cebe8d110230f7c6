import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

import { cleanUpDue } from "./clean-up";
import { enrichDue } from "./enrich";
import { eraseDue } from "./erase";
import { foldStatisticsDue } from "./fold-statistics";
import { importDue } from "./import";
import { mailDue } from "./mail";
import { purgeDue } from "./purge";
import { reinterpretDue } from "./reinterpret";
import { streamAuditDue } from "./stream-audit";
import { watchContract } from "./watch-contract";

/** How many items each job handled. */
type Counts = Record<
  | "enriched"
  | "imported"
  | "erased"
  | "purged"
  | "cleaned"
  | "reinterpreted"
  | "mailed"
  | "watched"
  | "streamed"
  | "folded",
  number
>;

/**
 * Runs all jobs that are due, apart from those that only a long-lived process has (`timer.ts`). If some fail, it logs each, waits for the others,
 * because a platform may stop the process when this ends, and throws the first error.
 */
export async function runDueJobs(): Promise<Counts> {
  const jobs = {
    enriched: enrichDue(),
    imported: importDue(),
    erased: eraseDue(),
    purged: purgeDue(),
    cleaned: cleanUpDue(),
    reinterpreted: reinterpretDue(),
    mailed: mailDue(),
    watched: watchContract(),
    streamed: streamAuditDue(),
    folded: foldStatisticsDue(),
  };
  for (const [job, run] of Object.entries(jobs)) {
    await run.catch((error: unknown) => log("warn", "job_failed", { job, error_code: errorCode(error) }));
  }
  return {
    enriched: await jobs.enriched,
    imported: await jobs.imported,
    erased: await jobs.erased,
    purged: await jobs.purged,
    cleaned: await jobs.cleaned,
    reinterpreted: await jobs.reinterpreted,
    mailed: await jobs.mailed,
    watched: await jobs.watched,
    streamed: await jobs.streamed,
    folded: await jobs.folded,
  };
}

const PAUSE_MS = 5000;
const latest = perProcess("due jobs", () => ({ run: null as Promise<unknown> | null, endedAt: -Infinity }));

/**
 * For deliveries and page views on a platform without a timer, whose scheduler may call `/api/jobs` only once a day: runs the due jobs after
 * the answer. At most one run at a time, and at most one every five seconds per process; other calls return at once.
 */
export async function runDueJobsAfterRequest(): Promise<void> {
  if (!env.VERCEL || latest.run !== null || performance.now() - latest.endedAt < PAUSE_MS) {
    return;
  }
  latest.run = runDueJobs();
  try {
    await latest.run;
  } finally {
    latest.run = null;
    latest.endedAt = performance.now();
  }
}
