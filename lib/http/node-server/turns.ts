import type { ServerResponse } from "node:http";

/** The requests that Next works on at once. Deliveries are not counted. */
const MAX_AT_ONCE = 16;
/** After this time a request no longer counts: it waits for something, such as the database or its reader, and needs no processor. */
const MAX_TURN_MS = 250;
/** While connections arrive, turns are put off for this time, and then not for as long. A burst of 500 is accepted within it. */
const PUT_OFF_MS = 250;

let running = 0;
/** The requests that wait for their turn, in the order in which they came. */
const waiting = new Map<ServerResponse, () => void>();
let isScheduled = false;
/** Whether a connection was accepted since turns were last considered. */
let isConnecting = false;
/** Since when turns are put off; null if they are not. */
let putOffSince: number | null = null;
let restsUntil = 0;

/**
 * Runs `handle` when it is this request's turn; never, if its connection is closed before. Everything runs on one thread: without turns, a
 * delivery would take its steps between those of all other requests, and a few hundred of these that need only milliseconds each would delay
 * it by seconds.
 *
 * At most one turn begins in each iteration of the event loop, and none while connections arrive. Node accepts one new connection in each
 * iteration, so iterations that answer hundreds of requests would keep a delivery waiting before it is even accepted.
 */
export function takeTurn(response: ServerResponse, handle: () => void): void {
  response.once("close", () => waiting.delete(response));
  waiting.set(response, handle);
  beginInNextIteration();
}

/** Call it for each new connection. */
export function noteConnection(): void {
  isConnecting = true;
}

function beginInNextIteration(): void {
  if (isScheduled || waiting.size === 0 || running >= MAX_AT_ONCE) {
    return;
  }
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    const [next] = waiting;
    if (next !== undefined && running < MAX_AT_ONCE && !isPutOff()) {
      waiting.delete(next[0]);
      begin(...next);
    }
    beginInNextIteration();
  });
}

function isPutOff(): boolean {
  const now = performance.now();
  const isBurst = isConnecting && now >= restsUntil;
  isConnecting = false;
  putOffSince = isBurst ? (putOffSince ?? now) : null;
  if (putOffSince !== null && now - putOffSince >= PUT_OFF_MS) {
    putOffSince = null;
    restsUntil = now + PUT_OFF_MS;
  }
  return putOffSince !== null;
}

function begin(response: ServerResponse, handle: () => void): void {
  running += 1;
  let isRunning = true;
  const end = () => {
    if (isRunning) {
      isRunning = false;
      clearTimeout(timer);
      running -= 1;
      beginInNextIteration();
    }
  };
  const timer = setTimeout(end, MAX_TURN_MS);
  response.once("close", end);
  handle();
}
