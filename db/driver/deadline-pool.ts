import type { Socket } from "node:net";

import { sql } from "drizzle-orm";

import { env } from "@/lib/env";
import { errorCode } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

import { DATABASE_AWAY } from "./breaker";
import { breakerOf, open, type Database } from "./client";
import { sqlState } from "./sql-state";

/**
 * The connections that deliveries have to themselves. Each try gets one for itself alone and a deadline that covers
 * everything: the wait for a connection, its making, and a server that is stopped in the middle of a statement, which no
 * time-out of the driver or of Postgres notices. A connection whose try was not answered is cut and never used again.
 */

/** The code of the error when a try had no more time: its work may still have been done. */
export const TRY_TIMEOUT = "TRY_TIMEOUT";

const LANES = 6;
/** A little more than the longest try has: a statement that nobody waits for any more gives its locks back. */
const STATEMENT_TIMEOUT_SECONDS = 6;

type Lane = { on: Database; cut: () => void };

const state = perProcess("ingest", () => ({ idle: [] as Lane[], lanes: 0, waiting: [] as ((lane: Lane) => void)[] }));

/**
 * Runs `work` on a connection of its own, for at most `withinMs`. Throws what `work` throws, or an error whose code is
 * `TRY_TIMEOUT` or `DATABASE_AWAY`, when the server is not to be asked yet.
 */
export async function attempt<T>(work: (on: Database) => Promise<T>, withinMs: number): Promise<T> {
  const deadline = deadlineIn(withinMs);
  try {
    const lane = await takeLane(deadline.passed);
    const working = work(lane.on);
    try {
      const result = await Promise.race([working, deadline.passed]);
      giveBack(lane);
      return result;
    } catch (error) {
      working.catch(() => {});
      if (isAnswer(error)) {
        giveBack(lane);
      } else {
        discard(lane);
        if (errorCode(error) === TRY_TIMEOUT) {
          // Whatever keeps this one silent may keep the others so: the next try begins with a connection that is new.
          state.idle.splice(0).forEach(discard);
        }
      }
      throw error;
    }
  } finally {
    deadline.clear();
  }
}

/** Whether the database answers anything at all within `withinMs`. */
export function answers(withinMs: number): Promise<boolean> {
  return attempt((on) => on.execute(sql`select 1`), withinMs).then(
    () => true,
    () => false,
  );
}

/**
 * Postgres answered and the connection goes on. Not so for 08 (connection) and 57P (it is being shut down), and not for 25: a session of
 * a server that was read-only stays so when the server is not any more.
 */
function isAnswer(error: unknown): boolean {
  const code = sqlState(error);
  return code !== null && !/^(08|25|57P)/.test(code);
}

async function takeLane(tooLate: Promise<never>): Promise<Lane> {
  const idle = state.idle.pop();
  if (idle !== undefined) {
    return idle;
  }
  if (breakerOf(env.DATABASE_URL).isOpen) {
    throw Object.assign(new Error("the database is not asked again yet"), { code: DATABASE_AWAY });
  }
  if (state.lanes < LANES) {
    return openLane();
  }
  let take: (lane: Lane) => void = () => {};
  const turn = new Promise<Lane>((resolve) => (take = resolve));
  state.waiting.push(take);
  try {
    return await Promise.race([turn, tooLate]);
  } catch (error) {
    const place = state.waiting.indexOf(take);
    if (place === -1) {
      // Its turn came at the same moment.
      void turn.then(giveBack);
    } else {
      state.waiting.splice(place, 1);
    }
    throw error;
  }
}

function openLane(): Lane {
  state.lanes += 1;
  let wanted = true;
  let socket: Socket | undefined;
  const on = open({
    url: env.DATABASE_URL,
    name: "ingest",
    max: 1,
    statementTimeoutSeconds: STATEMENT_TIMEOUT_SECONDS,
    hasArrays: false,
    owner: {
      isWanted: () => wanted,
      onSocket: (made) => (socket = made),
    },
  });
  return {
    on,
    cut: () => {
      wanted = false;
      void on.$client.end({ timeout: 0 });
      socket?.destroy();
    },
  };
}

function giveBack(lane: Lane): void {
  const next = state.waiting.shift();
  if (next === undefined) {
    state.idle.push(lane);
  } else {
    next(lane);
  }
}

function discard(lane: Lane): void {
  lane.cut();
  state.lanes -= 1;
  const next = state.waiting.shift();
  next?.(openLane());
}

function deadlineIn(ms: number) {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error("the database did not answer in time"), { code: TRY_TIMEOUT })),
      ms,
    );
  });
  passed.catch(() => {});
  return { passed, clear: () => clearTimeout(timer) };
}
