import { recordAuditEvent } from "@/db/privacy/audit";
import {
  claimErasure,
  eraseCalls,
  eraseDeliveries,
  finishErasure,
  redactDetails,
  redactReviews,
  releaseErasure,
  type ClaimedErasure,
} from "@/db/privacy/erasure";
import type { Erasure } from "@/db/schema/privacy";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { numberPattern, type SoughtNumber } from "@/lib/phone/pattern";
import { decodeBody } from "@/lib/sarj/body";
import { deliverySpool } from "@/server/ingest/delivery-spool";

import { drainSpool } from "./drain";

/** Erasures by phone number: takes the one that waits the longest a few batches further. */

const CALLS = 200;
const DETAILS = 500;
const DELIVERIES = 200;

/** So often in a row a batch may fail before the erasure has failed with its reason; whoever asked for it can ask again. */
const MAX_FAILURES = 5;
const failures = perProcess("erasure failures", () => new Map<string, number>());

/** Works on erasures until none is left or the time is up, and returns how many ended. */
export async function eraseDue(budgetMs = 20_000): Promise<number> {
  const deadline = Date.now() + budgetMs;
  let ended = 0;
  while (Date.now() < deadline) {
    // What waits on disk is not in the tables yet: it is brought there first, or the erasure waits with it.
    await drainSpool();
    if (!(await isNothingOnDisk())) {
      break;
    }
    const erasure = await claimErasure();
    if (erasure === null) {
      break;
    }
    if (!(await attempt(erasure, deadline))) {
      break;
    }
    ended += 1;
  }
  return ended;
}

/** Of this machine: several machines that share a database have each a disk of its own. */
async function isNothingOnDisk(): Promise<boolean> {
  return (await deliverySpool()?.isEmpty()) ?? true;
}

/** Returns whether the erasure ended. */
async function attempt(erasure: ClaimedErasure, deadline: number): Promise<boolean> {
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
    await finishErasure(erasure.id, errorCode(error));
    return true;
  }
}

/** Returns whether the erasure ended. */
async function work(claimed: ClaimedErasure, deadline: number): Promise<boolean> {
  const number: SoughtNumber = { digits: claimed.digits, masked: claimed.masked };
  let { step, cursor } = claimed;
  while (Date.now() < deadline) {
    const erasure = { ...claimed, step, cursor };
    switch (step) {
      case "calls": {
        const batch = await eraseCalls(erasure, number, CALLS);
        step = batch.isThrough ? "details" : "calls";
        cursor = "";
        break;
      }
      case "details": {
        const batch = await redactDetails(erasure, number, DETAILS);
        step = batch.isThrough ? "deliveries" : "details";
        cursor = batch.cursor;
        break;
      }
      case "deliveries": {
        const batch = await eraseDeliveries(erasure, DELIVERIES, (body, encoding) => holds(number, body, encoding));
        step = batch.isThrough ? "reviews" : "deliveries";
        cursor = batch.cursor;
        break;
      }
      case "reviews": {
        await redactReviews(erasure, number);
        // Parked while it went on: it may hold the number, and comes in behind what was gone through already.
        if (!(await isNothingOnDisk())) {
          await releaseErasure(claimed.id, { fromTheStart: true });
          return false;
        }
        const ended = await finishErasure(claimed.id, null);
        if (ended !== null) {
          await writeDown(ended);
        }
        return true;
      }
    }
  }
  await releaseErasure(claimed.id);
  return false;
}

async function writeDown(erasure: Erasure): Promise<void> {
  const { callsDeleted, deliveriesDeleted, reviewsDeleted, callsRedacted, notesRedacted } = erasure;
  log("info", "erasure_done", { count: callsDeleted });
  await recordAuditEvent({
    actor: null,
    action: "erased",
    subject: erasure.masked,
    rowCount: callsDeleted,
    detail: { erasure: erasure.id, callsDeleted, deliveriesDeleted, reviewsDeleted, callsRedacted, notesRedacted },
  });
}

/** Whether a raw body holds the number, in whatever form it came: compressed, escaped, in UTF-16. */
async function holds(number: SoughtNumber, body: Buffer, contentEncoding: string | null): Promise<boolean> {
  const pattern = new RegExp(numberPattern(number).source, "u");
  try {
    const decoded = (await decodeBody(body, contentEncoding)) ?? body;
    const text = decoded.toString("utf8");
    const unescaped = text.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    const wide = decoded.toString("latin1").replaceAll("\u0000", "");
    return [text, unescaped, wide].some((form) => pattern.test(form));
  } catch (error) {
    log("warn", "erasure_body_unreadable", { error_code: errorCode(error) });
    return false;
  }
}
