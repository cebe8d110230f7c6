import type { ServerResponse } from "node:http";

/** The requests that Next works on at once. Deliveries are not counted. */
const MAX_AT_ONCE = 16;
/** After this time a request no longer counts: it waits for something, such as the database or its reader, and needs no processor. */
const MAX_TURN_MS = 250;
/** However many connections arrive, a turn begins after this time. */
const MAX_PUT_OFF_MS = 20;

let running = 0;
/** The requests that wait for their turn, in the order in which they came. */
const waiting = new Map<ServerResponse, () => void>();
let isScheduled = false;
/** Whether a connection was accepted since the latest turn began or was put off. */
let isConnecting = false;
let lastBegan = 0;

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
    const isPutOff = isConnecting && performance.now() - lastBegan < MAX_PUT_OFF_MS;
    isConnecting = false;
    if (next !== undefined && running < MAX_AT_ONCE && !isPutOff) {
      lastBegan = performance.now();
      waiting.delete(next[0]);
      begin(...next);
    }
    beginInNextIteration();
  });
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
