import type { Socket } from "node:net";

import { sql } from "drizzle-orm";

import { env } from "@/lib/env";
import { errorCode } from "@/lib/log";
import { perProcess } from "@/lib/per-process";
import { readDatabaseUrl } from "@/lib/url/database-url";

import { DATABASE_AWAY } from "./breaker";
import { breakerOf, open, type Database } from "./client";
import { isConnectionUsable } from "./sql-state";

/**
 * A connection pool with deadlines, used only for deliveries. Each piece of work gets an exclusive connection and a deadline.
 * The deadline covers the wait for a connection and a server that stops in the middle of a statement, which no time-out of the
 * driver or of Postgres detects. A connection whose work got no answer is closed and not reused.
 *
 * A new connection goes to the first piece of work in the queue, not to the one that it was opened for: that one may have given up.
 * Otherwise, after a fault, work that has little time left would close one connection after another while it logs in.
 */

/** The error code when the deadline has passed. Work that had begun by then (`wasSent`) may still succeed; other work was not done. */
export const TRY_TIMEOUT = "TRY_TIMEOUT";

const MAX_CONNECTIONS = 6;
/** The driver gives up a login after 5 s. This also limits the wait for the breaker. */
const OPEN_TIMEOUT_MS = 10_000;
/** A login that takes longer may never end, so the next piece of work opens another connection. */
const SLOW_LOGIN_MS = 1000;
/** A wait for a connection ends this long before the deadline: work with less time would rarely end, and would cost the connection. */
const MIN_WORK_MS = 100;
/** A little more than the longest deadline, so that an abandoned statement soon releases its locks. */
const STATEMENT_TIMEOUT_SECONDS = 6;

/**
 * A plan is made once for each connection, perhaps while a table is small, and kept while it grows. So it must look up in every table, whatever its
 * size. Not behind a transaction pooler: it would give these settings to other sessions, and there each statement is planned by itself. A pooler that
 * the URL does not name has dropped `statement_timeout`; then nothing is set.
 */
const PLANNING = sql`
  select set_config('enable_seqscan', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false), set_config('jit', 'off', false)
  where current_setting('statement_timeout')::interval = make_interval(secs => ${sql.raw(String(STATEMENT_TIMEOUT_SECONDS))})`;
const isPooled = readDatabaseUrl(env.DATABASE_URL)?.isPooled === true;

type Connection = {
  database: Database;
  close: () => void;
  /** Whether the server, or the driver after its `idle_timeout`, has closed it. */
  isClosed: () => boolean;
  /** When the server last answered on it, on the clock of `performance.now()`; 0 while it is being opened. */
  answeredAt: number;
};
type Waiter = { take: (connection: Connection) => void; fail: (error: unknown) => void };

const pool = perProcess("deadline pool", () => ({
  idle: [] as Connection[],
  /** Connections that are idle, in use or being opened. */
  size: 0,
  /** Connections being opened, without the slow ones. */
  opening: 0,
  waiting: [] as Waiter[],
}));

/**
 * Runs `work` on an exclusive connection for at most `withinMs`. Throws the errors of `work` and of opening a connection, an
 * error with the code `TRY_TIMEOUT` after the deadline, or one with the code `DATABASE_AWAY` if no connection is idle and the
 * breaker allows no new one.
 */
export async function withConnection<T>(work: (on: Database) => Promise<T>, withinMs: number): Promise<T> {
  let isSent = false;
  const deadline = deadlineIn(withinMs, () => isSent);
  try {
    const connection = await acquire(withinMs - Math.min(MIN_WORK_MS, withinMs / 2));
    const startedAt = performance.now();
    isSent = true;
    const working = work(connection.database);
    try {
      const result = await Promise.race([working, deadline.passed]);
      release(connection);
      return result;
    } catch (error) {
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
  const idle = takeIdle();
  if (idle !== undefined) {
    return idle;
  }
  if (breakerOf(env.DATABASE_URL).isOpen) {
    throw breakerIsOpen();
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

function takeIdle(): Connection | undefined {
  for (let idle = pool.idle.pop(); idle !== undefined; idle = pool.idle.pop()) {
    if (!idle.isClosed()) {
      return idle;
    }
    discard(idle);
  }
  return undefined;
}

/** Opens connections for the queue, up to the limit. If there is no connection and the breaker allows no new one, all work in the queue fails. */
function openForWaiting(): void {
  if (breakerOf(env.DATABASE_URL).isOpen) {
    if (pool.size === 0) {
      pool.waiting.splice(0).forEach((waiter) => waiter.fail(breakerIsOpen()));
    }
    return;
  }
  while (pool.opening < pool.waiting.length && pool.size < MAX_CONNECTIONS) {
    void openConnection(newConnection());
  }
}

function breakerIsOpen(): Error {
  return Object.assign(new Error("the circuit breaker allows no connection"), { code: DATABASE_AWAY });
}

/**
 * Logs in and hands the connection to the first who waits. If that fails, the first who waits fails, unless the login was slow
 * and another connection is being opened. Never throws.
 */
async function openConnection(connection: Connection): Promise<void> {
  pool.size += 1;
  pool.opening += 1;
  let isSlow = false;
  const slow = setTimeout(() => {
    isSlow = true;
    pool.opening -= 1;
    openForWaiting();
  }, SLOW_LOGIN_MS);
  const settle = () => {
    clearTimeout(slow);
    pool.opening -= isSlow ? 0 : 1;
  };
  const deadline = deadlineIn(OPEN_TIMEOUT_MS);
  try {
    // The driver logs in at the first query.
    await Promise.race([connection.database.execute(isPooled ? sql`select 1` : PLANNING), deadline.passed]);
    settle();
    release(connection);
  } catch (error) {
    settle();
    if (!isSlow || pool.opening === 0) {
      pool.waiting.shift()?.fail(error);
    }
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
      // Once: the driver would log in again within the work's time, and repeatedly if the server closes each connection at once.
      isWanted: () => wanted && socket === undefined,
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
    isClosed: () => socket === undefined || socket.destroyed || !socket.writable,
    answeredAt: 0,
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

/** The error after a deadline, with the code `TRY_TIMEOUT`. */
export function deadlineError(isSent: boolean): Error {
  return Object.assign(new Error("the database did not answer in time"), { code: TRY_TIMEOUT, wasSent: isSent });
}

/**
 * Whether the work had begun before its deadline passed. If not, it was still waiting for a connection or for other statements, so the error says nothing
 * about the work itself. False for other errors.
 */
export function wasSent(timeout: unknown): boolean {
  return timeout instanceof Error && "wasSent" in timeout && timeout.wasSent === true;
}

function deadlineIn(ms: number, isSent = () => false) {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(deadlineError(isSent())), ms);
  });
  passed.catch(() => {});
  return { passed, clear: () => clearTimeout(timer) };
}
