import { readdir } from "node:fs/promises";

import { recordAuditEvent } from "@/db/privacy/audit";
import { eraseCalls, eraseDeliveries, redactDetails, redactReviews } from "@/db/privacy/erase";
import { readSalt } from "@/db/privacy/erased-numbers";
import {
  claimErasure,
  type ClaimedErasure,
  type ErasureProgress,
  finishErasure,
  releaseErasure,
} from "@/db/privacy/erasures";
import type { Erasure } from "@/db/schema/privacy";
import { foldAllChanges } from "@/db/statistics/fold";
import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { ruleFor } from "@/lib/phone/number-forms";
import type { SoughtNumber } from "@/lib/phone/pattern";
import { hashedNumber } from "@/lib/privacy/erased-number";
import { searchBody } from "@/lib/privacy/search-body";
import { deliverySpool } from "@/server/ingest/delivery-spool";

import { drainSpool } from "./drain";
import { compareErasuresFile, repeatErasures } from "./repeat-erasures";

/** Processes erasures by phone number, oldest first, in batches. */

/** Calls that are deleted in one transaction. */
const CALLS = 200;

/** After this many consecutive failures, the erasure fails with the code of the last error. A user can then request it again. */
const MAX_FAILURES = 5;
const failures = perProcess("erasure failures", () => new Map<string, number>());

/** Processes erasures until none is running or `budgetMs` has passed. Returns how many ended. */
export async function eraseDue(budgetMs = 20_000): Promise<number> {
  const deadline = Date.now() + budgetMs;
  let ended = 0;
  while (Date.now() < deadline) {
    // Spooled deliveries are not in the tables, so store them first. While that fails, the erasure waits.
    await drainSpool();
    if (!(await isSpoolEmpty())) {
      break;
    }
    await compareErasuresFile();
    await repeatErasures();
    const erasure = await claimErasure();
    if (erasure === null) {
      break;
    }
    if (!(await tryErasure(erasure, deadline))) {
      break;
    }
    ended += 1;
  }
  return ended;
}

/** Checks only the spool of this machine: machines that share a database have separate disks. */
async function isSpoolEmpty(): Promise<boolean> {
  return (await deliverySpool()?.isEmpty()) ?? true;
}

/** How many damaged records this machine's spool keeps. Nobody can read them. */
async function countDamaged(): Promise<number> {
  const directory = env.VERCEL ? undefined : env.SPOOL_DIR;
  if (directory === undefined) {
    return 0;
  }
  try {
    return (await readdir(directory)).filter((name) => name.endsWith(".damaged")).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return 0;
    }
    throw error;
  }
}

/** Returns whether the erasure ended. */
async function tryErasure(erasure: ClaimedErasure, deadline: number): Promise<boolean> {
  try {
    const isEnded = await work(erasure, deadline);
    failures.delete(erasure.id);
    return isEnded;
  } catch (error) {
    const count = (failures.get(erasure.id) ?? 0) + 1;
    log("error", "erasure_failed", { error_code: errorCode(error), attempt: count });
    failures.set(erasure.id, count);
    if (count < MAX_FAILURES) {
      await releaseErasure(erasure.id);
      return false;
    }
    failures.delete(erasure.id);
    await finishErasure(erasure.id, { error: errorCode(error) });
    return true;
  }
}

/** Returns whether the erasure ended. */
async function work(claimed: ClaimedErasure, deadline: number): Promise<boolean> {
  const number: SoughtNumber = { digits: claimed.digits, masked: claimed.masked };
  const rule = ruleFor(number);
  let progress: ErasureProgress = claimed;
  while (Date.now() < deadline) {
    const erasure: ClaimedErasure = { ...claimed, ...progress };
    switch (erasure.step) {
      case "calls":
        progress = await eraseCalls(erasure, number, CALLS);
        break;
      case "details":
        progress = await redactDetails(erasure, number);
        break;
      case "deliveries":
        progress = await eraseDeliveries(erasure, number, (body, encoding) => searchBody(body, encoding, rule));
        break;
      case "reviews": {
        await redactReviews(erasure, number);
        // Until they are folded, the changes of statistics contain texts of the deleted calls.
        if (!(await foldAllChanges(deadline))) {
          await releaseErasure(claimed.id);
          return false;
        }
        // A delivery that was spooled during the erasure may contain the number, and will be stored among rows already searched.
        if (!(await isSpoolEmpty())) {
          await releaseErasure(claimed.id, { fromTheStart: true });
          return false;
        }
        const ended = await finishErasure(claimed.id, {
          damagedKept: await countDamaged(),
          // What an erasure repeats is kept already.
          erased: claimed.repeatOf === null ? await hashedNumber(number, await readSalt()) : null,
        });
        if (ended !== null) {
          await recordErased(ended);
          await compareErasuresFile({ isChanged: true });
        }
        return true;
      }
    }
  }
  await releaseErasure(claimed.id);
  return false;
}

async function recordErased(erasure: Erasure): Promise<void> {
  const { callsDeleted, deliveriesDeleted, reviewsDeleted, callsRedacted, notesRedacted } = erasure;
  const { unreadableKept, unreadableDeleted, damagedKept, repeatOf } = erasure;
  log("info", "erasure_done", { count: callsDeleted });
  await recordAuditEvent({
    actor: null,
    action: "erased",
    subject: erasure.masked,
    rowCount: callsDeleted,
    detail: {
      erasure: erasure.id,
      callsDeleted,
      deliveriesDeleted,
      reviewsDeleted,
      callsRedacted,
      notesRedacted,
      unreadableKept,
      unreadableDeleted,
      damagedKept,
      ...(repeatOf === null ? {} : { repeatOf }),
    },
  });
}
