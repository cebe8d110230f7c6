import { recordAuditEvent } from "@/db/privacy/audit";
import { eraseCalls, eraseDeliveries, redactDetails, redactReviews } from "@/db/privacy/erase";
import {
  claimErasure,
  type ClaimedErasure,
  type ErasureProgress,
  finishErasure,
  releaseErasure,
} from "@/db/privacy/erasures";
import type { Erasure } from "@/db/schema/privacy";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { numberPattern, type SoughtNumber } from "@/lib/phone/pattern";
import { decodeBody } from "@/lib/sarj/body";
import { deliverySpool } from "@/server/ingest/delivery-spool";

import { drainSpool } from "./drain";

/** Works on the oldest erasure by phone number, a few batches at a time. */

/** Rows of one batch. */
const CALLS = 200;
const DETAILS = 500;
const DELIVERIES = 200;

/** After this many failed batches in a row the erasure fails with the last error's code. It can then be requested again. */
const MAX_FAILURES = 5;
const failures = perProcess("erasure failures", () => new Map<string, number>());

/** Processes erasures until none is left or `budgetMs` is over. Returns how many ended. */
export async function eraseDue(budgetMs = 20_000): Promise<number> {
  const deadline = Date.now() + budgetMs;
  let ended = 0;
  while (Date.now() < deadline) {
    // Spooled deliveries are not in the tables yet. They are stored first; while that fails, the erasure waits too.
    await drainSpool();
    if (!(await isSpoolEmpty())) {
      break;
    }
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

/** Of this machine: of several machines that share a database, each has a disk of its own. */
async function isSpoolEmpty(): Promise<boolean> {
  return (await deliverySpool()?.isEmpty()) ?? true;
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
    await finishErasure(erasure.id, errorCode(error));
    return true;
  }
}

/** Returns whether the erasure ended. */
async function work(claimed: ClaimedErasure, deadline: number): Promise<boolean> {
  const number: SoughtNumber = { digits: claimed.digits, masked: claimed.masked };
  let progress: ErasureProgress = claimed;
  while (Date.now() < deadline) {
    const erasure: ClaimedErasure = { ...claimed, ...progress };
    switch (erasure.step) {
      case "calls":
        progress = await eraseCalls(erasure, number, CALLS);
        break;
      case "details":
        progress = await redactDetails(erasure, number, DETAILS);
        break;
      case "deliveries":
        progress = await eraseDeliveries(erasure, DELIVERIES, (body, encoding) => holds(number, body, encoding));
        break;
      case "reviews": {
        await redactReviews(erasure, number);
        // A delivery was spooled in the meantime. It may contain the number, and will be stored among rows that were looked at already.
        if (!(await isSpoolEmpty())) {
          await releaseErasure(claimed.id, { fromTheStart: true });
          return false;
        }
        const ended = await finishErasure(claimed.id, null);
        if (ended !== null) {
          await recordErased(ended);
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
  log("info", "erasure_done", { count: callsDeleted });
  await recordAuditEvent({
    actor: null,
    action: "erased",
    subject: erasure.masked,
    rowCount: callsDeleted,
    detail: { erasure: erasure.id, callsDeleted, deliveriesDeleted, reviewsDeleted, callsRedacted, notesRedacted },
  });
}

/** Whether a raw body contains the number, in whatever form it was sent: compressed, escaped, in UTF-16. */
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
