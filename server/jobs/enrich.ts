import {
  applyApiFacts,
  claimDueCalls,
  noteFailedAttempt,
  type ClaimedCall,
  type NextStep,
} from "@/db/calls/enrichment";
import { isStatementRefused } from "@/db/driver/sql-state";
import type { CallFacts } from "@/lib/call/facts";
import { isStopping } from "@/lib/http/node-server/shutdown";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { fetchCall, isKeyRefusal, isWorthRetrying, type ApiAccess, type ApiErrorCode } from "@/lib/sarj/api";
import { apiAccess, clearKeyRefusal, KEY_RETRY_MS, noteKeyRefusal, readKeyRefusal } from "@/server/vendor-api";

/**
 * Enrichment: fetches from the vendor's API what a webhook does not contain. Pending work is stored as a due time in the
 * call's row. This job claims due calls, fetches them from the API and sets the next due time.
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Seconds before attempts 2, 3, …. The call fails after the fifth attempt. */
const RETRY_AFTER = [15, MINUTE, 10 * MINUTE, 2 * HOUR];
/** A call that is still unknown to the API may become known later. After these retries the answer is final. */
const NOT_FOUND_RETRY_AFTER = [MINUTE, 15 * MINUTE];
/** The vendor writes the report about two minutes after the call (`docs/sarj.md`), and in rare cases never. */
const REPORT_AFTER = 130;
const REPORT_RETRY_AFTER = [MINUTE, 3 * MINUTE, 10 * MINUTE, HOUR];
/** A call without a report that ended longer ago than this will not get a report. */
const REPORT_OVERDUE = 6 * HOUR;
/** Only calls with these statuses get a report. */
const REPORTED_STATUSES = new Set(["completed", "max_duration_reached"]);

/** Concurrent requests to the vendor's API per process: a small load for the vendor, but 1,500 calls take only a few minutes. */
const CONCURRENCY = 6;
const current = perProcess("enrichment", () => ({ run: null as Promise<number> | null }));

/**
 * Enriches due calls until none is due or `budgetMs` has passed. Returns how many calls it claimed. Concurrent invocations
 * share one run, so that a burst of deliveries does not cause a burst of requests to the vendor.
 */
export function enrichDue(budgetMs = 25_000): Promise<number> {
  current.run ??= run(budgetMs).finally(() => {
    current.run = null;
  });
  return current.run;
}

/** Whether `enrichDue` would begin something: there is an API to ask, and no run at present. Work after the answer has a price for each delivery. */
export function isEnrichmentNeeded(): boolean {
  return current.run === null && apiAccess() !== null;
}

async function run(budgetMs: number): Promise<number> {
  const access = apiAccess();
  if (access === null) {
    return 0;
  }
  const keyRefusal = await readKeyRefusal();
  if (keyRefusal !== null) {
    return keyRefusal.ageMs < KEY_RETRY_MS ? 0 : enrichAll(access, await claimDueCalls(1));
  }
  const deadline = Date.now() + budgetMs;
  let count = 0;
  while (Date.now() < deadline && !isStopping()) {
    const claimed = await claimDueCalls(CONCURRENCY * 4);
    if (claimed.length === 0) {
      break;
    }
    count += await enrichAll(access, claimed);
    if ((await readKeyRefusal()) !== null) {
      break;
    }
  }
  return count;
}

/** Enriches the claimed calls, `CONCURRENCY` at a time. After the API refuses the key, the remaining calls are postponed. */
async function enrichAll(access: ApiAccess, claimed: readonly ClaimedCall[]): Promise<number> {
  const queue = [...claimed];
  let keyRefused = false;
  const worker = async () => {
    for (let call = queue.shift(); call !== undefined; call = queue.shift()) {
      if (keyRefused) {
        await noteFailedAttempt(call, "unauthorized", retryLater(call, KEY_RETRY_MS / 1000, false));
      } else {
        keyRefused = (await enrichCall(access, call)) === "key_refused" || keyRefused;
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return claimed.length;
}

async function enrichCall(access: ApiAccess, call: ClaimedCall): Promise<"done" | "key_refused"> {
  try {
    const requestedAt = new Date();
    const answer = await fetchCall(access, call.callId, { now: requestedAt });
    if (answer.ok) {
      await applyApiFacts(call.callId, answer, requestedAt, stepAfterAnswer(call, answer.facts), {
        mayCreate: false,
        leasedUntil: call.leasedUntil,
      });
      await clearKeyRefusal();
      return "done";
    }
    log("warn", "enrichment_failed", {
      call_id: call.callId,
      error_code: answer.error,
      attempt: call.attempts,
      ...(answer.status === null ? {} : { status: answer.status }),
    });
    if (isKeyRefusal(answer.error)) {
      await noteKeyRefusal(access, answer.error);
      await noteFailedAttempt(call, answer.error, retryLater(call, KEY_RETRY_MS / 1000, false));
      return "key_refused";
    }
    await noteFailedAttempt(call, answer.error, stepAfterError(call, answer.error));
  } catch (error) {
    log("error", "enrichment_not_stored", { call_id: call.callId, error_code: errorCode(error) });
    if (isStatementRefused(error)) {
      await noteFailedAttempt(call, "not_storable", stepAfterError(call, "internal_error"));
    }
    // Otherwise the database is unavailable: the lease expires and the call is due again.
  }
  return "done";
}

/** The next step after the API answered with `facts`: done, or waiting for the report. */
export function stepAfterAnswer(
  call: Pick<ClaimedCall, "endedAt" | "enrichmentState" | "attempts">,
  facts: CallFacts,
): NextStep {
  const mayGetReport = facts.report === null && REPORTED_STATUSES.has(facts.status ?? "");
  if (!mayGetReport) {
    return { state: "done", dueInSeconds: null, resetAttempts: true };
  }
  if (call.enrichmentState !== "awaiting_report") {
    const endedAt = facts.endedAt ?? call.endedAt;
    const sinceEnd = endedAt === null ? 0 : (Date.now() - endedAt.getTime()) / 1000;
    return sinceEnd > REPORT_OVERDUE
      ? { state: "done", dueInSeconds: null, resetAttempts: true }
      : { state: "awaiting_report", dueInSeconds: Math.max(REPORT_AFTER - sinceEnd, 20), resetAttempts: true };
  }
  const wait = REPORT_RETRY_AFTER[call.attempts - 1];
  return wait === undefined
    ? { state: "done", dueInSeconds: null, resetAttempts: true }
    : { state: "awaiting_report", dueInSeconds: wait, resetAttempts: false };
}

function stepAfterError(call: ClaimedCall, error: ApiErrorCode): NextStep & { countAttempt: boolean } {
  if (error === "call_not_found" && call.verifiedAt !== null) {
    // The vendor deletes calls after some years. A call that it once knew is not unknown to it.
    return { state: "done", dueInSeconds: null, resetAttempts: true, countAttempt: true };
  }
  if (error === "call_not_found") {
    const wait = NOT_FOUND_RETRY_AFTER[call.attempts - 1] ?? null;
    return { state: "not_found", dueInSeconds: wait, resetAttempts: false, countAttempt: true };
  }
  const wait = RETRY_AFTER[call.attempts - 1];
  return wait === undefined || !isWorthRetrying(error)
    ? { state: "failed", dueInSeconds: null, resetAttempts: false, countAttempt: true }
    : retryLater(call, wait, true);
}

function retryLater(call: ClaimedCall, seconds: number, countAttempt: boolean) {
  return { state: call.enrichmentState, dueInSeconds: seconds, resetAttempts: false, countAttempt };
}
