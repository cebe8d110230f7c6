import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { isStatementRefused } from "@/db/driver/sql-state";
import { isErasing } from "@/db/privacy/erasures";
import { rereadCall } from "@/db/reinterpretation/call";
import {
  claimReinterpretation,
  finishReinterpretation,
  nextCalls,
  nextQuarantined,
  PHASES,
  type Reinterpretation,
  releaseReinterpretation,
  startReinterpretation,
  startUnlessCurrent,
  storeProgress,
} from "@/db/reinterpretation/progress";
import { env } from "@/lib/env";
import { isStopping } from "@/lib/http/node-server/shutdown";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { RULES_VERSION } from "@/lib/sarj/rules-version";
import { replay } from "@/server/ingest/replay";

/**
 * Reinterpretation: reads all stored bodies again with the rules of today. It runs once after an upgrade that changes the rules, and when an
 * administrator asks for it. Its progress is stored after each batch, so that any process can continue.
 */

/** Small, so that little is repeated after a crash, and the lease is extended in time. */
const BATCH = 20;
/** After each batch the job rests as long as the batch took, so that it takes at most half of one connection from deliveries and pages. */
const REST = 1;
/** An error that is not about the call's content is tried again in a later run, this often. */
const MAX_TRIES = 3;

const current = perProcess("reinterpretation", () => ({ run: null as Promise<number> | null, isStarted: false }));

/**
 * Starts a reinterpretation if the rules have changed, and works on the unfinished one until `budgetMs` has passed. Returns how many calls and
 * quarantined deliveries were read. Concurrent calls share one run, and of all processes one works at a time.
 */
export function reinterpretDue(budgetMs = 25_000): Promise<number> {
  current.run ??= run(Date.now() + budgetMs).finally(() => {
    current.run = null;
  });
  return current.run;
}

/** Starts a reinterpretation of everything, unless one is under way. `reinterpretDue` works on it. */
export async function requestReinterpretation(): Promise<void> {
  await startReinterpretation(RULES_VERSION);
}

async function run(deadline: number): Promise<number> {
  if (!current.isStarted) {
    await startUnlessCurrent(RULES_VERSION);
    current.isStarted = true;
  }
  const holder = randomUUID();
  let state = await claimReinterpretation(holder);
  if (state === null) {
    return 0;
  }
  const doneBefore = state.done;
  let isOver = false;
  // A newer version of Callboard has newer rules.
  while (!isOver && state.version <= RULES_VERSION && Date.now() < deadline && !isStopping()) {
    const startedAt = performance.now();
    ({ state, isOver } = await readBatch(holder, state));
    await pause(isOver ? 0 : (performance.now() - startedAt) * REST);
  }
  await releaseReinterpretation(holder);
  return state.done - doneBefore;
}

/** Reads the next batch and stores the progress. `isOver`: nothing is left, or the run has to stop and another one continues. */
async function readBatch(
  holder: string,
  before: Reinterpretation,
): Promise<{ state: Reinterpretation; isOver: boolean }> {
  const { phase } = before;
  const isQuarantined = phase === "quarantined";
  const keys = await (isQuarantined ? nextQuarantined(before, BATCH) : nextCalls(before, BATCH));
  const state = { ...before };
  for (const key of keys) {
    const result = isQuarantined
      ? await attempt(() => replayQuarantined(key), { request_id: idOfQuarantined(key) })
      : await attempt(() => rereadCall(key), { call_id: key });
    const isPostponed = result === "later" && state.tries + 1 < MAX_TRIES;
    if (result === "erasing" || isPostponed) {
      state.tries += isPostponed ? 1 : 0;
      await storeProgress(holder, progressOf(state));
      return { state, isOver: true };
    }
    state.cursor = key;
    state.tries = 0;
    state.done += phase === "recent" ? 0 : 1;
    state.failed += result === "read" ? 0 : 1;
  }
  const following = keys.length < BATCH ? PHASES[PHASES.indexOf(phase) + 1] : phase;
  if (following !== undefined && following !== phase) {
    state.phase = following;
    state.cursor = null;
  }
  const isHeld = await storeProgress(holder, progressOf(state));
  if (isHeld && following === undefined) {
    await finishReinterpretation(holder);
    log("info", "reinterpreted", { count: state.done });
  }
  return { state, isOver: !isHeld || following === undefined };
}

function progressOf({ phase, cursor, done, failed, tries }: Reinterpretation) {
  return { phase, cursor, done, failed, tries };
}

async function replayQuarantined(key: string): Promise<string> {
  if (await isErasing()) {
    return "erasing";
  }
  await replay(idOfQuarantined(key), env.SARJ_WEBHOOK_ALLOWED_IPS);
  return "replayed";
}

/** The id in a key of `nextQuarantined`. */
function idOfQuarantined(key: string): string {
  return key.slice(key.indexOf("/") + 1);
}

/** `failed`: the content was refused, and would be again. `later`: another error, such as a lost connection or a deadlock. */
async function attempt(
  read: () => Promise<string>,
  subject: { call_id: string } | { request_id: string },
): Promise<"erasing" | "read" | "failed" | "later"> {
  try {
    return (await read()) === "erasing" ? "erasing" : "read";
  } catch (error) {
    log("error", "not_reinterpreted", { ...subject, error_code: errorCode(error) });
    return isStatementRefused(error) ? "failed" : "later";
  }
}
