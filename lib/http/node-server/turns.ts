import type { ServerResponse } from "node:http";

/** The requests that Next works on at once. Deliveries are not counted. */
const MAX_AT_ONCE = 16;
/** After this time a request no longer counts: it waits for something, such as the database or its reader, and needs no processor. */
const MAX_TURN_MS = 250;

let running = 0;
/** The requests that wait for their turn, in the order in which they came. */
const waiting = new Map<ServerResponse, () => void>();

/**
 * Runs `handle` when it is this request's turn; never, if its connection is closed before. Everything runs on one thread: without turns, a
 * delivery would take its steps between those of all other requests, and a few hundred of these that need only milliseconds each would delay
 * it by seconds.
 */
export function takeTurn(response: ServerResponse, handle: () => void): void {
  response.once("close", () => waiting.delete(response));
  if (running < MAX_AT_ONCE) {
    begin(response, handle);
  } else {
    waiting.set(response, handle);
  }
}

function begin(response: ServerResponse, handle: () => void): void {
  running += 1;
  let isRunning = true;
  const end = () => {
    if (isRunning) {
      isRunning = false;
      clearTimeout(timer);
      running -= 1;
      beginNext();
    }
  };
  const timer = setTimeout(end, MAX_TURN_MS);
  response.once("close", end);
  handle();
}

function beginNext(): void {
  const [next] = waiting;
  if (next !== undefined && running < MAX_AT_ONCE) {
    waiting.delete(next[0]);
    begin(...next);
  }
}
