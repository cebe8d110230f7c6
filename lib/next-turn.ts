/** Resolves after the event loop has done what waits: requests and deliveries. For long work, which calls it every few milliseconds. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Long enough that the pauses cost little, short enough that nobody waits for the work. */
const MILLISECONDS_PER_TURN = 10;

/** The result of work that yields every few milliseconds, at the latest. The event loop does what waits in between. */
export async function runInTurns<Result>(work: Generator<undefined, Result>): Promise<Result> {
  let began = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done === true) {
      return step.value;
    }
    if (performance.now() - began > MILLISECONDS_PER_TURN) {
      await nextTurn();
      began = performance.now();
    }
  }
}

/** The result of the same work without a pause, for small values. */
export function runAtOnce<Result>(work: Generator<undefined, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) {
      return step.value;
    }
  }
}
