import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { writeRefusals } from "@/server/ingest/refusal-count";

import { cleanUpDue } from "./clean-up";
import { drainSpool } from "./drain";
import { enrichDue } from "./enrich";
import { eraseDue } from "./erase";
import { foldStatisticsDue } from "./fold-statistics";
import { importDue } from "./import";
import { mailDue } from "./mail";
import { purgeDue } from "./purge";
import { reinterpretDue } from "./reinterpret";
import { streamAuditDue } from "./stream-audit";
import { watchContract } from "./watch-contract";

/**
 * Runs the background jobs in a long-lived process. On Vercel, deliveries, page views and a scheduler run them (`due.ts`), except
 * `drain` (there is no spool) and `refusals` (the webhook's route also writes the count).
 */
export function startTimer(): void {
  if (env.VERCEL) {
    return;
  }
  repeat("drain", 500, drainSpool);
  repeat("enrich", 5000, enrichDue);
  repeat("import", 5000, importDue);
  repeat("erase", 5000, eraseDue);
  repeat("purge", 60_000, purgeDue);
  repeat("clean up", 60_000, cleanUpDue);
  repeat("reinterpret", 5000, reinterpretDue);
  repeat("mail", 15_000, mailDue);
  repeat("watch", 15_000, watchContract);
  repeat("audit stream", 2000, streamAuditDue);
  repeat("fold statistics", 2000, foldStatisticsDue);
  repeat("refusals", 5000, writeRefusals);
}

/** Runs a job immediately, then again `everyMs` after each run ends, independently of the other jobs. */
function repeat(job: string, everyMs: number, run: () => Promise<number>): void {
  let lastError = "";
  const tick = async () => {
    try {
      await run();
      lastError = "";
    } catch (error) {
      const code = errorCode(error);
      if (code !== lastError) {
        log("warn", "job_failed", { job, error_code: code });
      }
      lastError = code;
    }
    setTimeout(tick, everyMs).unref();
  };
  void tick();
}
