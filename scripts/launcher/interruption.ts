/** npm, bootstrap.mjs and the terminal each pass on the same Ctrl-C. Only a signal that comes later than this is a second one. */
const SAME_KEYPRESS_MILLISECONDS = 500;

/** Thrown where a signal ended something early. Not a failure. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

export type Interruption = {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP. */
  signal: AbortSignal;
  /** Resolves at the same moment. */
  first: Promise<void>;
  throwIfInterrupted(): void;
};

/** Turns SIGINT, SIGTERM and SIGHUP into a promise and an AbortSignal. A second signal calls `onSecond`. */
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
