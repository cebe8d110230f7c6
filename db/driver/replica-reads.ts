import type { Sql, TransactionSql } from "postgres";

import { perProcess } from "@/lib/per-process";

import { deferredQuery } from "./deferred-query";
import type { Lsn } from "./lsn";
import { type ReplicaCondition, type ReplicaState } from "./replica-state";
import { isCancelled } from "./sql-state";

/**
 * Which server a list or a figure is read from. The replica serves unless it is away, far behind, or has not yet replayed what the person who reads has
 * changed. A read that fails there is done again on the primary: Postgres cancels statements of a replica that are in the way of its replay
 * (40001), and a replica may lack a column that was just added.
 */

/** Where to read, decided once for all reads of a request, so that a page's parts agree. */
export type Reading = { from: "primary" } | { from: "replica"; condition: ReplicaCondition };

/** Decides where to read. `changed`: the replica must have replayed up to here. */
export async function chooseReading(state: ReplicaState, changed: Lsn | null): Promise<Reading> {
  const condition = await state.read();
  return isUsable(condition, changed) ? { from: "replica", condition } : { from: "primary" };
}

function isUsable({ status, replayed, isPrimaryAnswering }: ReplicaCondition, changed: Lsn | null): boolean {
  if (replayed === null) {
    return false;
  }
  // Also while the primary does not answer: it may only be slow.
  const hasChange = changed === null || replayed >= changed;
  return hasChange && (status === "current" || !isPrimaryAnswering);
}

type OfRequest = () => Promise<Reading | null>;

const requests = perProcess("reading of the request", () => ({ find: (async () => null) as OfRequest }));

/** Tells the reads of this process how to find the decision of the request that they belong to: null if they belong to none. */
export function decideByRequest(find: OfRequest): void {
  requests.find = find;
}

/** The decision of the request that this code belongs to, else a new one. Never throws. */
export async function currentReading(state: ReplicaState): Promise<Reading> {
  const reading = await requests.find().catch(() => null);
  return reading ?? chooseReading(state, null);
}

/** How often a statement that takes long is compared with the condition of the replica, which may have stopped answering. */
const WATCH_EVERY_MS = 2_000;

/**
 * A client that reads from the replica or the primary. For reads only, because they may run twice: so a transaction's work must have no effect
 * but its result.
 *
 * drizzle sends every query through `unsafe` of the client; in a transaction, of the client that `begin` passes. All else is the primary's.
 */
export function readingClient(primary: Sql, replica: Sql, state: ReplicaState, decide: () => Promise<Reading>): Sql {
  const read = async <T>(run: (client: Sql) => Promise<T>): Promise<T> => {
    if ((await decide()).from === "primary") {
      return run(primary);
    }
    const stopped = whenStopped(state);
    try {
      return await Promise.race([run(replica), stopped.promise]);
    } catch (error) {
      if (isCancelled(error)) {
        throw error;
      }
      return run(primary);
    } finally {
      stopped.forget();
    }
  };
  return new Proxy(primary, {
    get(target, property) {
      if (property === "begin") {
        return (work: (inner: TransactionSql) => Promise<unknown>) => read((client) => client.begin(work));
      }
      if (property === "unsafe") {
        return (...query: Parameters<Sql["unsafe"]>) => deferredQuery(read, query);
      }
      return Reflect.get(target, property) as unknown;
    },
  });
}

/** A promise that rejects once the replica does not answer any more. The driver would wait for most of a minute. */
function whenStopped(state: ReplicaState) {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const look = async () => {
    if ((await state.read()).status === "unavailable") {
      reject(new Error("the replica does not answer"));
    }
  };
  const timer = setInterval(() => void look(), WATCH_EVERY_MS).unref();
  return { promise, forget: () => clearInterval(timer) };
}
