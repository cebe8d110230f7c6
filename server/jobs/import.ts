import { setTimeout as pause } from "node:timers/promises";

import { applyApiFacts } from "@/db/calls/enrichment";
import { isStatementRefused } from "@/db/driver/sql-state";
import { pauseRequests, reserveRequest } from "@/db/imports/pace";
import { claimImportItem, finishImportItem, postponeImportItem, type ClaimedItem } from "@/db/imports/queue";
import { IMPORTS_PER_SECOND } from "@/lib/imports/id-list";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { fetchCall, isKeyRefusal, type ApiAccess } from "@/lib/sarj/api";
import { apiAccess, clearKeyRefusal, KEY_RETRY_MS, noteKeyRefusal, readKeyRefusal } from "@/server/vendor-api";

import { stepAfterAnswer } from "./enrich";

/**
 * Imports: fetches calls without a webhook from the vendor's API, one by one. Pending work is stored as a due time in each
 * item's row. This job claims due items, fetches the calls at a limited rate and stores the results.
 */

/** Concurrent requests per process: enough to keep the rate if answers take up to a second. */
const CONCURRENCY = 5;
/** Seconds before attempts 2, 3, …. The item fails after the last attempt. */
const RETRY_AFTER = [5, 15, 60, 300];
/** After the answer `rate_limited`, no process sends a request for this long. */
const PAUSE_SECONDS = 30;
/** An item that would wait longer is postponed, because its lease would expire. */
const LONGEST_WAIT_MS = 5000;

const current = perProcess("import", () => ({ run: null as Promise<number> | null }));

/** Imports due items until none is due or `budgetMs` has passed. Returns how many were finished. Concurrent calls share one run. */
export function importDue(budgetMs = 25_000): Promise<number> {
  current.run ??= run(Date.now() + budgetMs).finally(() => {
    current.run = null;
  });
  return current.run;
}

async function run(deadline: number): Promise<number> {
  const access = apiAccess();
  if (access === null) {
    return 0;
  }
  const keyRefusal = await readKeyRefusal();
  if (keyRefusal !== null && keyRefusal.ageMs < KEY_RETRY_MS) {
    return 0;
  }
  let isStopped = false;
  let done = 0;
  const worker = async () => {
    while (!isStopped && Date.now() < deadline) {
      const item = await claimImportItem();
      if (item === null) {
        return;
      }
      const outcome = await work(access, item);
      done += outcome === "done" ? 1 : 0;
      isStopped ||= outcome === "stop";
    }
  };
  if (keyRefusal !== null) {
    // Use one item to test whether the API accepts the key again.
    const item = await claimImportItem();
    if (item === null || (await work(access, item)) === "stop") {
      return 0;
    }
    await clearKeyRefusal();
    done += 1;
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return done;
}

async function work(access: ApiAccess, item: ClaimedItem): Promise<"done" | "later" | "stop"> {
  try {
    if (item.isVerified) {
      await finishImportItem(item, "already_there", null);
      return "done";
    }
    const waitMs = await reserveRequest(1 / IMPORTS_PER_SECOND);
    if (waitMs > LONGEST_WAIT_MS) {
      await postponeImportItem(item, { error: "rate_limited", seconds: waitMs / 1000, countAttempt: false });
      return "stop";
    }
    await pause(waitMs);
    return await fetchItem(access, item);
  } catch (error) {
    log("error", "import_not_stored", { call_id: item.callId, error_code: errorCode(error) });
    if (isStatementRefused(error)) {
      return retryLater(item);
    }
    // The database is unavailable: the lease expires and the item is due again.
    return "stop";
  }
}

/** Retries an item later, or fails it after the last attempt, when Postgres refused to store the answer. Other items continue. */
async function retryLater(item: ClaimedItem): Promise<"done" | "later"> {
  const seconds = RETRY_AFTER[item.attempts - 1];
  if (seconds === undefined) {
    await finishImportItem(item, "failed", "not_storable");
    return "done";
  }
  await postponeImportItem(item, { error: "not_storable", seconds, countAttempt: true });
  return "later";
}

async function fetchItem(access: ApiAccess, item: ClaimedItem): Promise<"done" | "later" | "stop"> {
  const requestedAt = new Date();
  const answer = await fetchCall(access, item.callId, { now: requestedAt });
  if (answer.ok) {
    const step = stepAfterAnswer({ endedAt: null, enrichmentState: "pending", attempts: 1 }, answer.facts);
    const { isNew } = await applyApiFacts(item.callId, answer, requestedAt, step, {
      mayCreate: true,
      leasedUntil: null,
    });
    await finishImportItem(item, isNew ? "imported" : "already_there", null);
    return "done";
  }
  const { error } = answer;
  if (error === "call_not_found") {
    await finishImportItem(item, "not_found", null);
    return "done";
  }
  log("warn", "import_failed", { call_id: item.callId, error_code: error, attempt: item.attempts });
  if (isKeyRefusal(error)) {
    await noteKeyRefusal(access, error);
    await postponeImportItem(item, { error, seconds: KEY_RETRY_MS / 1000, countAttempt: false });
    return "stop";
  }
  if (error === "rate_limited") {
    await pauseRequests(PAUSE_SECONDS);
    await postponeImportItem(item, { error, seconds: PAUSE_SECONDS, countAttempt: false });
    return "stop";
  }
  const seconds = RETRY_AFTER[item.attempts - 1];
  // A retry would give the same answer about another call.
  if (seconds === undefined || error === "wrong_call") {
    await finishImportItem(item, "failed", error);
    return "done";
  }
  await postponeImportItem(item, { error, seconds, countAttempt: true });
  return "later";
}
