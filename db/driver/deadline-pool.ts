import type { Socket } from "node:net";

import { sql } from "drizzle-orm";

import { env } from "@/lib/env";
import { errorCode } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

import { DATABASE_AWAY } from "./breaker";
import { breakerOf, open, type Database } from "./client";
import { isConnectionUsable } from "./sql-state";

/**
 * A connection pool with deadlines, used only for deliveries. Each piece of work gets an exclusive connection and a deadline.
 * The deadline covers the wait for a connection and a server that stops in the middle of a statement, which no time-out of the
 * driver or of Postgres detects. A connection whose work got no answer is closed and not reused.
 *
 * A connection is opened for whoever waits, not for one piece of work: if the work that it was opened for gives up, the next one
 * gets it. Otherwise, after a fault, work that has little time left would close one connection after another while it logs in.
 */

/** The error code when the deadline has passed. The work may have succeeded nevertheless. */
export const TRY_TIMEOUT = "TRY_TIMEOUT";

const MAX_CONNECTIONS = 6;
/** Longer than a login takes on a slow machine. */
const OPEN_TIMEOUT_MS = 3000;
/** A wait for a connection ends this long before the deadline: work with less time would rarely end, and would cost the connection. */
const MIN_WORK_MS = 100;
/** A little more than the longest deadline, so that an abandoned statement soon releases its locks. */
const STATEMENT_TIMEOUT_SECONDS = 6;

type Connection = {
  database: Database;
  close: () => void;
  /** When the server last answered on it, on the clock of `performance.now()`. */
  answeredAt: number;
};
type Waiter = { take: (connection: Connection) => void; fail: (error: unknown) => void };

const pool = perProcess("deadline pool", () => ({
  idle: [] as Connection[],
  /** Connections that are open or being opened. */
  size: 0,
  opening: 0,
  waiting: [] as Waiter[],
}));

/**
 * Runs `work` on an exclusive connection for at most `withinMs`. Throws the errors of `work`, an error with the code
 * `TRY_TIMEOUT` after the deadline, or one with the code `DATABASE_AWAY` while the breaker allows no new connection.
 */
export async function withConnection<T>(work: (on: Database) => Promise<T>, withinMs: number): Promise<T> {
  const deadline = deadlineIn(withinMs);
  try {
    const connection = await acquire(withinMs - Math.min(MIN_WORK_MS, withinMs / 2));
    const startedAt = performance.now();
    const working = work(connection.database);
    try {
      const result = await Promise.race([working, deadline.passed]);
      release(connection);
      return result;
    } catch (error) {
      working.catch(() => {});
      if (isConnectionUsable(error)) {
        release(connection);
      } else {
        discard(connection);
        if (errorCode(error) === TRY_TIMEOUT) {
          discardIdleSince(startedAt);
        }
      }
      throw error;
    }
  } finally {
    deadline.clear();
  }
}

/** Whether the database answers a trivial query within `withinMs`. Never throws. */
export function isAnswering(withinMs: number): Promise<boolean> {
  return withConnection((on) => on.execute(sql`select 1`), withinMs).then(
    () => true,
    () => false,
  );
}

async function acquire(withinMs: number): Promise<Connection> {
  const idle = pool.idle.pop();
  if (idle !== undefined) {
    return idle;
  }
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const waiter: Waiter = { take: resolve, fail: reject };
  pool.waiting.push(waiter);
  openForWaiting();
  const deadline = deadlineIn(withinMs);
  try {
    return await Promise.race([promise, deadline.passed]);
  } catch (error) {
    const place = pool.waiting.indexOf(waiter);
    if (place !== -1) {
      pool.waiting.splice(place, 1);
    }
    // A connection may have been handed over just as the deadline passed.
    promise.then(release, () => {});
    throw error;
  } finally {
    deadline.clear();
  }
}

/** Opens connections for those who wait, up to the limit. If there is none and the breaker allows none, all of them fail. */
function openForWaiting(): void {
  if (breakerOf(env.DATABASE_URL).isOpen) {
    if (pool.size === 0) {
      const error = Object.assign(new Error("the circuit breaker allows no connection"), { code: DATABASE_AWAY });
      pool.waiting.splice(0).forEach((waiter) => waiter.fail(error));
    }
    return;
  }
  while (pool.opening < pool.waiting.length && pool.size < MAX_CONNECTIONS) {
    void openConnection();
  }
}

/** Opens a connection and hands it to the first who waits. If it cannot be opened, the first who waits fails. Never throws. */
async function openConnection(): Promise<void> {
  pool.size += 1;
  pool.opening += 1;
  const connection = newConnection();
  const deadline = deadlineIn(OPEN_TIMEOUT_MS);
  try {
    const opened = connection.database.execute(sql`select 1`);
    opened.catch(() => {});
    await Promise.race([opened, deadline.passed]);
    pool.opening -= 1;
    release(connection);
  } catch (error) {
    pool.opening -= 1;
    pool.waiting.shift()?.fail(error);
    discard(connection);
  } finally {
    deadline.clear();
  }
}

function newConnection(): Connection {
  let wanted = true;
  let socket: Socket | undefined;
  const database = open({
    url: env.DATABASE_URL,
    name: "ingest",
    max: 1,
    statementTimeoutSeconds: STATEMENT_TIMEOUT_SECONDS,
    hasArrays: false,
    owner: {
      isWanted: () => wanted,
      onSocket: (opened) => (socket = opened),
    },
  });
  return {
    database,
    close: () => {
      wanted = false;
      void database.$client.end({ timeout: 0 });
      socket?.destroy();
    },
    answeredAt: performance.now(),
  };
}

/** Takes back a connection on which the server answered. */
function release(connection: Connection): void {
  connection.answeredAt = performance.now();
  const next = pool.waiting.shift();
  if (next === undefined) {
    pool.idle.push(connection);
  } else {
    next.take(connection);
  }
}

function discard(connection: Connection): void {
  connection.close();
  pool.size -= 1;
  openForWaiting();
}

/** Closes the idle connections on which the server has not answered since `at`: they may be unresponsive for the same reason. */
function discardIdleSince(at: number): void {
  const [silent, answering] = [
    pool.idle.filter(({ answeredAt }) => answeredAt < at),
    pool.idle.filter(({ answeredAt }) => answeredAt >= at),
  ];
  pool.idle = answering;
  silent.forEach(discard);
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
