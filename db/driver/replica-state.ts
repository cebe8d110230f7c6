import type { Sql } from "postgres";

import { parseLsn, type Lsn } from "./lsn";

/**
 * How far the replica is behind, known from two small queries, one to each server, at most every two seconds for a process: none while nobody reads.
 *
 * The clocks of the servers are not compared. Each look at the primary gives a time of its clock and the end of its log (WAL) at that time. A
 * replica that has replayed the log up to there has everything that was committed until then, also if nothing has been written since.
 */

export type ReplicaCondition = {
  /** `not_a_replica`: the server takes writes, so it follows nothing (any more). */
  status: "current" | "behind" | "unavailable" | "not_a_replica";
  /** The replica has every change until then, by the primary's clock. Null if that is not known. */
  asOf: Date | null;
  /** The age of `asOf`; null if it is not known. */
  behindMs: number | null;
  /** Up to where the replica has replayed the log; null if it does not answer. */
  replayed: Lsn | null;
  /** Whether the primary answered. If not, a replica that is behind is still better than nothing. */
  isPrimaryAnswering: boolean;
};

type Limits = {
  /** How old the condition may be before it is looked at again. */
  freshMs: number;
  /** An older condition is not used while it is looked at again: the process may have been asleep. */
  usableMs: number;
  /** From then on, reads go to the primary. */
  maxBehindMs: number;
};

const LIMITS: Limits = { freshMs: 2_000, usableMs: 6_000, maxBehindMs: 60_000 };
const ANSWER_WITHIN_MS = 1_500;
/** Enough for a replica that is a little more than `maxBehindMs` behind. */
const MAX_SAMPLES = 40;

type Sample = { end: Lsn; at: number };
type ReplicaRow = { isReplica: boolean; replayed: string | null; replayedAt: number | null; now: number };

export class ReplicaState {
  /** The looks at the primary, the newest last. */
  private readonly samples: Sample[] = [];
  /** When the newest sample was taken, on the clock of `performance.now()`. */
  private sampledAt = 0;
  private known: { condition: ReplicaCondition; at: number } | null = null;
  private looking: Promise<ReplicaCondition> | null = null;
  private readonly askPrimary: () => Promise<Sample | null>;
  private readonly askReplica: () => Promise<ReplicaRow | null>;

  /** Both clients are for these queries only, so that they never wait for the queries of pages. */
  constructor(
    primary: Sql,
    replica: Sql,
    private readonly limits = LIMITS,
  ) {
    this.askPrimary = bounded(async () => {
      // The volatile function runs after `now()` was taken, so the end is never too early for the time.
      const [row] = await primary.unsafe<{ end: string; at: number }[]>(
        `select pg_current_wal_flush_lsn()::text as "end", (extract(epoch from now()) * 1000)::float8 as at`,
      );
      return row === undefined ? null : { end: parseLsn(row.end), at: row.at };
    });
    this.askReplica = bounded(async () => {
      const [row] = await replica.unsafe<ReplicaRow[]>(`
        select pg_is_in_recovery() as "isReplica", pg_last_wal_replay_lsn()::text as replayed,
          (extract(epoch from pg_last_xact_replay_timestamp()) * 1000)::float8 as "replayedAt",
          (extract(epoch from now()) * 1000)::float8 as now`);
      return row ?? null;
    });
  }

  /** The condition, a few seconds old at most. Never throws. */
  async read(): Promise<ReplicaCondition> {
    const age = this.known === null ? Infinity : performance.now() - this.known.at;
    if (this.known === null || age >= this.limits.usableMs) {
      return this.look();
    }
    if (age >= this.limits.freshMs) {
      void this.look();
    }
    return this.known.condition;
  }

  /** Asks both servers now, once for all who wait. */
  private look(): Promise<ReplicaCondition> {
    this.looking ??= this.ask().finally(() => (this.looking = null));
    return this.looking;
  }

  private async ask(): Promise<ReplicaCondition> {
    const [sample, row] = await Promise.all([this.askPrimary(), this.askReplica()]);
    if (sample !== null) {
      this.samples.push(sample);
      this.samples.splice(0, this.samples.length - MAX_SAMPLES);
      this.sampledAt = performance.now();
    }
    const condition = this.judge(row, sample !== null);
    this.known = { condition, at: performance.now() };
    return condition;
  }

  private judge(row: ReplicaRow | null, isPrimaryAnswering: boolean): ReplicaCondition {
    const nothing = { asOf: null, behindMs: null, replayed: null, isPrimaryAnswering };
    if (row === null) {
      return { ...nothing, status: "unavailable" };
    }
    if (!row.isReplica || row.replayed === null) {
      return { ...nothing, status: "not_a_replica" };
    }
    const replayed = parseLsn(row.replayed);
    const covered = this.samples.findLast(({ end }) => end <= replayed)?.at ?? null;
    const asOf = latest(covered, row.replayedAt);
    const newest = this.samples.at(-1);
    const now = newest === undefined ? row.now : newest.at + (performance.now() - this.sampledAt);
    const behindMs = asOf === null ? null : Math.max(0, now - asOf);
    return {
      status: behindMs === null || behindMs > this.limits.maxBehindMs ? "behind" : "current",
      asOf: asOf === null ? null : new Date(asOf),
      behindMs,
      replayed,
      isPrimaryAnswering,
    };
  }
}

function latest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

/**
 * Makes a question answer null if it fails, or if its answer is not here in time. A question that is not answered yet is not asked again: a server that
 * hangs would collect them.
 */
function bounded<T>(ask: () => Promise<T | null>): () => Promise<T | null> {
  let asked: Promise<T | null> | null = null;
  return () => {
    asked ??= ask()
      .catch(() => null)
      .finally(() => (asked = null));
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), ANSWER_WITHIN_MS);
    return Promise.race([asked, late]).finally(() => clearTimeout(timer));
  };
}
