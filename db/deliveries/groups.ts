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
/**
 * A statement that got no answer for this long beyond its wait for locks may never get one. Then a delivery of the same call or contact waits for it no
 * longer: it goes by itself, on another connection, within its own deadline.
 */
const HUNG_MS = 500;
/** A delivery with less time left is not sent: it would rarely be answered in time. If it had little time from the beginning, half of that is enough. */
const MIN_WORK_MS = 100;
/** Groups under way at the same time, and deliveries by themselves: together as many as the pool has connections, which groups of the spool use too. */
const MAX_GROUPS = 3;
const MAX_ALONE = 3;
/** Of these, those that wait for a lock: the others must not wait for them. */
const MAX_LOCKED = 2;
/** How long a statement waits for each lock. Only deliveries whose call is known to be locked wait longer, by themselves. */
const GROUP_LOCK_TIMEOUT_MS = 250;
/** Like the session's own `lock_timeout`. */
const LOCKED_LOCK_TIMEOUT_MS = 3000;

/** Times are on the clock of `performance.now()`. */
type Waiting = {
  row: DeliveryRow;
  deadline: number;
  /** After this it is not sent. */
  latestStart: number;
  timer: NodeJS.Timeout | undefined;
  /** The statement that it is part of; null while it waits for one. */
  group: Group | null;
  isSettled: boolean;
  resolve: (stored: StoredDelivery) => void;
  reject: (error: unknown) => void;
};
type Group = { rows: readonly DeliveryRow[]; startedAt: number; hungAt: number; isSent: boolean; ended: Promise<void> };

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
  /** The groups of `recordTogether`. */
  runningTogether: new Set<Group>(),
  /** The deliveries that take no part in a group any more. */
  singles: new WeakSet<DeliveryRow>(),
  wake: undefined as NodeJS.Timeout | undefined,
}));

/**
 * Records one delivery, in a group with those that wait at the same time. Rejects with the errors of `withConnection`. There are two kinds of `TRY_TIMEOUT`, which
 * `wasSent` tells apart: a delivery that was sent and got no answer by the deadline may still be recorded. One that could not be sent is not recorded,
 * and rejects up to `MIN_WORK_MS` before the deadline.
 *
 * @param deadline on the clock of `performance.now()`
 * @param isAlone whether it must not share a statement
 */
export function recordInGroup(row: DeliveryRow, deadline: number, isAlone = false): Promise<StoredDelivery> {
  const { promise, resolve, reject } = Promise.withResolvers<StoredDelivery>();
  const waiting: Waiting = {
    row,
    deadline,
    latestStart: deadline - Math.min(MIN_WORK_MS, (deadline - performance.now()) / 2),
    timer: undefined,
    group: null,
    isSettled: false,
    resolve,
    reject,
  };
  const takesNoPart = isAlone || row.json.length > MAX_CHARACTERS_OF_ROW || state.singles.has(row);
  wait(waiting, takesNoPart ? state.alone : state.queue);
  startNext();
  return promise;
}

/**
 * Records rows of different keys in one statement, now. Rejects if Postgres refuses one of them, or if the call of one is locked: then none is
 * recorded. Waits for the statements under way that share a call or a contact with it, as they wait for it: in two orders, they would lock each other.
 *
 * @param deadline on the clock of `performance.now()`
 */
export async function recordTogether(rows: readonly DeliveryRow[], deadline: number): Promise<StoredDelivery[]> {
  const ended = Promise.withResolvers<void>();
  const group = newGroup(rows, GROUP_LOCK_TIMEOUT_MS, ended.promise);
  const { keys, contacts } = namesOf([group]);
  const sharesOne = (row: DeliveryRow) => keys.has(row.key) || contacts.has(row.contactId);
  const sharing = underWay().filter((other) => other.rows.some(sharesOne));
  state.runningTogether.add(group);
  try {
    await Promise.all(sharing.map((other) => endedOrHung(other, deadline)));
    return await send(group, GROUP_LOCK_TIMEOUT_MS, deadline);
  } finally {
    state.runningTogether.delete(group);
    ended.resolve();
    startNext();
  }
}

/** Resolves when a statement has ended, counts as hung, or at the deadline. */
async function endedOrHung({ ended, hungAt }: Group, deadline: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, Math.max(0, Math.min(hungAt, deadline) - performance.now()));
  await Promise.race([late.promise, ended]);
  clearTimeout(timer);
}

function newGroup(rows: readonly DeliveryRow[], lockTimeoutMs: number, ended: Promise<void>): Group {
  const startedAt = performance.now();
  return { rows, startedAt, hungAt: startedAt + lockTimeoutMs + HUNG_MS, isSent: false, ended };
}

function send(group: Group, lockTimeoutMs: number, deadline: number): Promise<StoredDelivery[]> {
  return withConnection((on) => {
    group.isSent = true;
    // Until now it has waited for a connection, or for other statements.
    group.hungAt = performance.now() + lockTimeoutMs + HUNG_MS;
    return recordRows(on, group.rows, lockTimeoutMs);
  }, deadline - performance.now());
}

function wait(waiting: Waiting, list: Waiting[]): void {
  waiting.group = null;
  list.push(waiting);
  clearTimeout(waiting.timer);
  waiting.timer = setTimeout(() => giveUp(waiting), Math.max(0, waiting.latestStart - performance.now()));
}

function giveUp(waiting: Waiting): void {
  for (const list of [state.queue, state.alone, state.locked]) {
    const place = list.indexOf(waiting);
    if (place !== -1) {
      list.splice(place, 1);
    }
  }
  if ((waiting.group?.rows.length ?? 0) > 1) {
    state.singles.add(waiting.row);
  }
  fail(waiting, deadlineError(waiting.group?.isSent === true));
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
  // One moment for all of it: what is early for one question and late for the next would be asked by nobody again.
  const now = performance.now();
  separateFromHung(now);
  while (state.alone.length > 0 && runningAlone() < MAX_ALONE) {
    const next = takeMembers(state.alone, 1, now);
    if (next.length === 0) {
      break;
    }
    void run(next, state.runningAlone, GROUP_LOCK_TIMEOUT_MS);
  }
  while (state.locked.length > 0 && runningAlone() < MAX_ALONE && state.runningLocked.size < MAX_LOCKED) {
    const next = takeMembers(state.locked, 1, now);
    if (next.length === 0) {
      break;
    }
    void run(next, state.runningLocked, LOCKED_LOCK_TIMEOUT_MS);
  }
  while (state.queue.length > 0 && mayStart(now)) {
    const members = takeMembers(state.queue, MAX_ROWS, now);
    if (members.length === 0) {
      break;
    }
    void run(members, state.running, GROUP_LOCK_TIMEOUT_MS);
  }
  clearTimeout(state.wake);
  if (state.queue.length + state.alone.length + state.locked.length > 0) {
    const youngest = Math.max(...[...state.running].map(({ startedAt }) => startedAt));
    const next = [youngest + SLOW_MS, ...underWay().map(({ hungAt }) => hungAt)].filter((at) => at > now);
    if (next.length > 0) {
      state.wake = setTimeout(startNext, Math.max(0, Math.min(...next) - performance.now()));
    }
  }
}

function underWay(): Group[] {
  return [...state.running, ...state.runningTogether, ...state.runningAlone, ...state.runningLocked];
}

function runningAlone(): number {
  return state.runningAlone.size + state.runningLocked.size;
}

function mayStart(now: number): boolean {
  if (state.running.size === 0) {
    return true;
  }
  return (
    state.running.size < MAX_GROUPS &&
    (state.queue.length >= MAX_ROWS || [...state.running].every(({ startedAt }) => now - startedAt >= SLOW_MS))
  );
}

/** Takes deliveries out of the queue whose call or contact a hung statement may have locked: the others of their group would have to wait too. */
function separateFromHung(now: number): void {
  const hung = underWay().filter(({ hungAt }) => hungAt <= now);
  if (hung.length > 0 && state.queue.length > 0) {
    const held = namesOf(hung);
    const isHeld = ({ row }: Waiting) => held.keys.has(row.key) || held.contacts.has(row.contactId);
    state.alone.push(...state.queue.filter(isHeld));
    const others = state.queue.filter((waiting) => !isHeld(waiting));
    state.queue.splice(0, state.queue.length, ...others);
  }
}

/** The calls of these groups, and the contacts of those with several rows. A row by itself has locked its contact for a moment only, whatever its call waits for. */
function namesOf(groups: readonly Group[]): { keys: Set<string>; contacts: Set<string> } {
  const [keys, contacts] = [new Set<string>(), new Set<string>()];
  for (const { rows } of groups) {
    for (const { key, contactId } of rows) {
      keys.add(key);
      if (rows.length > 1) {
        contacts.add(contactId);
      }
    }
  }
  return { keys, contacts };
}

/** Takes the first deliveries whose calls, and for a group whose contacts, nobody else is writing: they would only wait for their locks. */
function takeMembers(list: Waiting[], most: number, now: number): Waiting[] {
  list.filter(({ latestStart }) => latestStart <= now).forEach(giveUp);
  const busy = namesOf(underWay().filter(({ hungAt }) => hungAt > now));
  const keys = new Set<string>();
  const members: Waiting[] = [];
  let characters = 0;
  for (const waiting of list) {
    const { key, contactId, json } = waiting.row;
    if (members.length === most || (members.length > 0 && characters + json.length > MAX_CHARACTERS)) {
      break;
    }
    if (!keys.has(key) && !busy.keys.has(key) && !busy.contacts.has(contactId)) {
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
  const ended = Promise.withResolvers<void>();
  const rows = members.map(({ row }) => row);
  const group = newGroup(rows, lockTimeoutMs, ended.promise);
  among.add(group);
  for (const waiting of members) {
    waiting.group = group;
    clearTimeout(waiting.timer);
    waiting.timer = setTimeout(() => giveUp(waiting), waiting.deadline - group.startedAt);
  }
  try {
    const stored = await send(group, lockTimeoutMs, Math.max(...members.map(({ deadline }) => deadline)));
    members.forEach((waiting, index) => {
      settle(waiting);
      waiting.resolve(stored[index] as StoredDelivery);
    });
  } catch (error) {
    const mayBeAboutOne = members.length > 1 && group.isSent;
    const mayWaitLonger = members.length === 1 && lockTimeoutMs === GROUP_LOCK_TIMEOUT_MS && isLockTimeout(error);
    for (const waiting of members) {
      if (mayBeAboutOne || mayWaitLonger) {
        state.singles.add(waiting.row);
      }
      if (waiting.isSettled) {
        continue;
      }
      if (mayBeAboutOne && isAboutOneRow(error)) {
        wait(waiting, state.alone);
      } else if (mayWaitLonger) {
        wait(waiting, state.locked);
      } else {
        fail(waiting, error);
      }
    }
  } finally {
    among.delete(group);
    ended.resolve();
    startNext();
  }
}
