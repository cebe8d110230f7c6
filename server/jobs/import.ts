import { setTimeout as wait } from "node:timers/promises";

import { applyApiFacts } from "@/db/calls/enrichment";
import { isStatementRefused } from "@/db/driver/sql-state";
import { pauseRequests, reserveRequest } from "@/db/imports/pace";
import { claimImportItem, finishImportItem, postponeImportItem, type ClaimedItem } from "@/db/imports/queue";
import { IMPORTS_PER_SECOND } from "@/lib/call/id-list";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { fetchCall, isKeyRefusal, type ApiAccess } from "@/lib/sarj/api";
import { apiAccess, clearKeyRefusal, KEY_RETRY_MS, noteKeyRefusal, readKeyRefusal } from "@/server/vendor-api";

import { stepAfterAnswer } from "./enrich";

/**
 * Imports: calls that no webhook told of are fetched from the vendor's API, one by one. What is left to do is on the items' own rows;
 * this file takes due items, asks at a polite pace, and writes what came of each.
 */

/** At once from one process, so that the pace holds while answers take up to a second. */
const CONCURRENCY = 5;
/** Seconds before attempts 2, 3, …; after the last one the item has failed with its reason. */
const RETRY_AFTER = [5, 15, 60, 300];
/** After the vendor said that it is too much, nobody asks for this long. */
const PAUSE_SECONDS = 30;
/** An item whose place is further ahead than this is given back: its claim would run out. */
const LONGEST_WAIT_MS = 5000;

const current = perProcess("import", () => ({ run: null as Promise<number> | null }));

/** Works off items that are due until none is or the time is up, and returns how many came to an end. */
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
    // One item tries whether the key is accepted again.
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
    const ahead = await reserveRequest(1 / IMPORTS_PER_SECOND);
    if (ahead > LONGEST_WAIT_MS) {
      await postponeImportItem(item, { error: "rate_limited", seconds: ahead / 1000, countAttempt: false });
      return "stop";
    }
    await wait(ahead);
    return await ask(access, item);
  } catch (error) {
    log("error", "import_not_stored", { call_id: item.callId, error_code: errorCode(error) });
    if (isStatementRefused(error)) {
      return setAside(item);
    }
    // The database is away: the claim's lease runs out and the item is due again.
    return "stop";
  }
}

/** What Postgres does not take of an answer, it may not take the next time either. The others go on. */
async function setAside(item: ClaimedItem): Promise<"done" | "later"> {
  const seconds = RETRY_AFTER[item.attempts - 1];
  if (seconds === undefined) {
    await finishImportItem(item, "failed", "not_storable");
    return "done";
  }
  await postponeImportItem(item, { error: "not_storable", seconds, countAttempt: true });
  return "later";
}

async function ask(access: ApiAccess, item: ClaimedItem): Promise<"done" | "later" | "stop"> {
  const askedAt = new Date();
  const answer = await fetchCall(access, item.callId, { now: askedAt });
  if (answer.ok) {
    const step = stepAfterAnswer({ endedAt: null, enrichmentState: "pending", attempts: 1 }, answer.facts);
    const { isNew } = await applyApiFacts(item.callId, answer.facts, askedAt, step, {
      mayMake: true,
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
  // An answer about another call will be no other the next time.
  if (seconds === undefined || error === "wrong_call") {
    await finishImportItem(item, "failed", error);
    return "done";
  }
  await postponeImportItem(item, { error, seconds, countAttempt: true });
  return "later";
}
