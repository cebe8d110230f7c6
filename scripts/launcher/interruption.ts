/** npm, the bootstrap and the terminal each pass the same Ctrl-C on; only a later one is a second. */
const SAME_KEYPRESS_MILLISECONDS = 500;

/** Thrown where a signal cut something short; it is no failure. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

export type Interruption = {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP. */
  signal: AbortSignal;
  /** Resolves with the first. */
  first: Promise<void>;
  throwIfInterrupted(): void;
};

/** Turns the signals that ask a process to end into something to wait for. `onSecond` is called by a second one. */
export function listenForInterruption(onSecond: () => void): Interruption {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      const now = performance.now();
      if (firstAt === null) {
        firstAt = now;
        controller.abort(new Interrupted());
        resolve();
      } else if (now - firstAt > SAME_KEYPRESS_MILLISECONDS) {
        onSecond();
      }
    });
  }
  return {
    signal: controller.signal,
    first: promise,
    throwIfInterrupted() {
      if (controller.signal.aborted) {
        throw new Interrupted();
      }
    },
  };
}
