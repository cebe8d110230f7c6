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
 * The deadline covers the wait for a connection, the opening of it, and a server that stops in the middle of a statement,
 * which no time-out of the driver or of Postgres detects. A connection whose work got no answer is closed and not reused.
 */

/** The error code when the deadline has passed. The work may have succeeded nevertheless. */
export const TRY_TIMEOUT = "TRY_TIMEOUT";

const MAX_CONNECTIONS = 6;
/** A little more than the longest deadline, so that an abandoned statement soon releases its locks. */
const STATEMENT_TIMEOUT_SECONDS = 6;

type Connection = { database: Database; close: () => void };

const pool = perProcess("deadline pool", () => ({
  idle: [] as Connection[],
  /** Open connections, idle or in use. */
  size: 0,
  waiting: [] as ((connection: Connection) => void)[],
}));

/**
 * Runs `work` on an exclusive connection for at most `withinMs`. Throws the errors of `work`, an error with the code
 * `TRY_TIMEOUT` after the deadline, or one with the code `DATABASE_AWAY` while the breaker allows no new connection.
 */
export async function withConnection<T>(work: (on: Database) => Promise<T>, withinMs: number): Promise<T> {
  const deadline = deadlineIn(withinMs);
  try {
    const connection = await acquire(deadline.passed);
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
          // The idle connections may be unresponsive for the same reason, so the next try opens a new one.
          pool.idle.splice(0).forEach(discard);
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

async function acquire(tooLate: Promise<never>): Promise<Connection> {
  const idle = pool.idle.pop();
  if (idle !== undefined) {
    return idle;
  }
  if (breakerOf(env.DATABASE_URL).isOpen) {
    throw Object.assign(new Error("the circuit breaker allows no connection"), { code: DATABASE_AWAY });
  }
  if (pool.size < MAX_CONNECTIONS) {
    return openConnection();
  }
  let take: (connection: Connection) => void = () => {};
  const turn = new Promise<Connection>((resolve) => (take = resolve));
  pool.waiting.push(take);
  try {
    return await Promise.race([turn, tooLate]);
  } catch (error) {
    const place = pool.waiting.indexOf(take);
    if (place === -1) {
      // A connection was handed over just as the deadline passed.
      void turn.then(release);
    } else {
      pool.waiting.splice(place, 1);
    }
    throw error;
  }
}

function openConnection(): Connection {
  pool.size += 1;
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
  };
}

function release(connection: Connection): void {
  const next = pool.waiting.shift();
  if (next === undefined) {
    pool.idle.push(connection);
  } else {
    next(connection);
  }
}

function discard(connection: Connection): void {
  connection.close();
  pool.size -= 1;
  const next = pool.waiting.shift();
  next?.(openConnection());
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
