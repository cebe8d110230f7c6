import { deadlineError, withConnection } from "@/db/driver/deadline-pool";
import { isAboutOneRow, isLockTimeout } from "@/db/driver/sql-state";
import { perProcess } from "@/lib/per-process";

import { type DeliveryRow, recordRows, type StoredDelivery } from "./record-rows";

/**
 * Group commit: deliveries that wait while a statement is under way go out together as one statement. So a burst costs one commit, one round
 * trip and one pass through the triggers for many deliveries, and a delivery that comes alone waits for nobody.
 *
 * One delivery never harms the others of its group for long. What Postgres refuses, or what waits too long for a lock, is tried again one by
 * one. A group that got no answer lets the next ones pass on other connections, and its deliveries are tried one by one too.
 */

/** A group is full with this many rows, or this many characters of JSON. */
const MAX_ROWS = 64;
const MAX_CHARACTERS = 1024 * 1024;
/** A larger row takes so long that it gets a statement of its own. */
const MAX_CHARACTERS_OF_ROW = 128 * 1024;
/** While a group has been under way for this long, the next one does not wait for it. */
const SLOW_MS = 250;
/** Groups under way at the same time, and deliveries by themselves: together the connections of the pool. */
const MAX_GROUPS = 3;
const MAX_ALONE = 3;
/** Of these, those that wait for a lock: the others must not wait for them. */
const MAX_LOCKED = 2;
/** How long a statement waits for each lock. Only deliveries whose call is known to be locked wait longer, by themselves. */
export const GROUP_LOCK_TIMEOUT_MS = 250;
/** Like the session's own `lock_timeout`. */
const LOCKED_LOCK_TIMEOUT_MS = 3000;

type Waiting = {
  row: DeliveryRow;
  /** On the clock of `performance.now()`. */
  deadline: number;
  timer: NodeJS.Timeout;
  isSettled: boolean;
  resolve: (stored: StoredDelivery) => void;
  reject: (error: unknown) => void;
};
type Group = { members: Waiting[]; startedAt: number };

const state = perProcess("delivery groups", () => ({
  /** For the next groups, in the order in which they came. */
  queue: [] as Waiting[],
  /** For statements of their own. */
  alone: [] as Waiting[],
  /** For statements of their own that wait for a lock. */
  locked: [] as Waiting[],
  running: new Set<Group>(),
  runningAlone: new Set<Group>(),
  runningLocked: new Set<Group>(),
  /** The deliveries that take no part in a group any more. */
  singles: new WeakSet<DeliveryRow>(),
  wake: undefined as NodeJS.Timeout | undefined,
}));

/**
 * Records one delivery, in a group with those that wait at the same time. Rejects with the errors of `withConnection`: `TRY_TIMEOUT` at the
 * deadline, after which it may be recorded nevertheless.
 *
 * @param deadline on the clock of `performance.now()`
 */
export function recordInGroup(row: DeliveryRow, deadline: number): Promise<StoredDelivery> {
  const { promise, resolve, reject } = Promise.withResolvers<StoredDelivery>();
  const waiting: Waiting = {
    row,
    deadline,
    timer: setTimeout(() => giveUp(waiting), deadline - performance.now()),
    isSettled: false,
    resolve,
    reject,
  };
  const isAlone = row.json.length > MAX_CHARACTERS_OF_ROW || state.singles.has(row);
  (isAlone ? state.alone : state.queue).push(waiting);
  startNext();
  return promise;
}

function giveUp(waiting: Waiting): void {
  for (const list of [state.queue, state.alone, state.locked]) {
    const place = list.indexOf(waiting);
    if (place !== -1) {
      list.splice(place, 1);
    }
  }
  fail(waiting, deadlineError());
}

function fail(waiting: Waiting, error: unknown): void {
  settle(waiting);
  waiting.reject(error);
}

function settle(waiting: Waiting): void {
  waiting.isSettled = true;
  clearTimeout(waiting.timer);
}

function startNext(): void {
  while (state.alone.length > 0 && runningAlone() < MAX_ALONE) {
    const next = takeMembers(state.alone, 1);
    if (next.length === 0) {
      break;
    }
    void run(next, state.runningAlone, GROUP_LOCK_TIMEOUT_MS);
  }
  while (state.locked.length > 0 && runningAlone() < MAX_ALONE && state.runningLocked.size < MAX_LOCKED) {
    const next = takeMembers(state.locked, 1);
    if (next.length === 0) {
      break;
    }
    void run(next, state.runningLocked, LOCKED_LOCK_TIMEOUT_MS);
  }
  while (state.queue.length > 0 && mayStart()) {
    const members = takeMembers(state.queue, MAX_ROWS);
    if (members.length === 0) {
      break;
    }
    void run(members, state.running, GROUP_LOCK_TIMEOUT_MS);
  }
  clearTimeout(state.wake);
  const youngest = Math.max(...[...state.running].map(({ startedAt }) => startedAt));
  const slowIn = youngest + SLOW_MS - performance.now();
  if (state.queue.length > 0 && slowIn > 0) {
    state.wake = setTimeout(startNext, slowIn);
  }
}

function runningAlone(): number {
  return state.runningAlone.size + state.runningLocked.size;
}

function mayStart(): boolean {
  if (state.running.size === 0) {
    return true;
  }
  const now = performance.now();
  return (
    state.running.size < MAX_GROUPS &&
    (state.queue.length >= MAX_ROWS || [...state.running].every(({ startedAt }) => now - startedAt >= SLOW_MS))
  );
}

/** Takes the first deliveries whose calls, and for a group whose contacts, nobody else is writing: they would only wait for their locks. */
function takeMembers(list: Waiting[], most: number): Waiting[] {
  const busy = new Set<string>();
  for (const { members } of [...state.runningAlone, ...state.runningLocked]) {
    members.forEach(({ row }) => busy.add(row.key));
  }
  for (const { members } of state.running) {
    members.forEach(({ row }) => busy.add(row.key).add(row.contactId));
  }
  const keys = new Set<string>();
  const members: Waiting[] = [];
  let characters = 0;
  for (const waiting of list) {
    const { key, contactId, json } = waiting.row;
    if (members.length === most || (members.length > 0 && characters + json.length > MAX_CHARACTERS)) {
      break;
    }
    if (!keys.has(key) && !busy.has(key) && !busy.has(contactId)) {
      keys.add(key);
      members.push(waiting);
      characters += json.length;
    }
  }
  if (members.length === list.length) {
    list.length = 0;
  } else if (members.length > 0) {
    const taken = new Set(members);
    const rest = list.filter((waiting) => !taken.has(waiting));
    list.splice(0, list.length, ...rest);
  }
  return members;
}

async function run(members: Waiting[], among: Set<Group>, lockTimeoutMs: number): Promise<void> {
  const group: Group = { members, startedAt: performance.now() };
  among.add(group);
  const rows = members.map(({ row }) => row);
  const lastDeadline = Math.max(...members.map(({ deadline }) => deadline));
  let isSent = false;
  try {
    const stored = await withConnection((on) => {
      isSent = true;
      return recordRows(on, rows, lockTimeoutMs);
    }, lastDeadline - group.startedAt);
    members.forEach((waiting, index) => {
      settle(waiting);
      waiting.resolve(stored[index] as StoredDelivery);
    });
  } catch (error) {
    const mayBeAboutOne = members.length > 1 && isSent;
    const mayWaitLonger = members.length === 1 && lockTimeoutMs === GROUP_LOCK_TIMEOUT_MS && isLockTimeout(error);
    for (const waiting of members) {
      if (mayBeAboutOne || mayWaitLonger) {
        state.singles.add(waiting.row);
      }
      if (waiting.isSettled) {
        continue;
      }
      if (mayBeAboutOne && isAboutOneRow(error)) {
        state.alone.push(waiting);
      } else if (mayWaitLonger) {
        state.locked.push(waiting);
      } else {
        fail(waiting, error);
      }
    }
  } finally {
    among.delete(group);
    startNext();
  }
}
