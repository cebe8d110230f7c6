/** npm, bootstrap.mjs and the terminal each pass on the same Ctrl-C. A signal counts as a second one only after this time. */
const SAME_KEYPRESS_MILLISECONDS = 500;

/** Thrown when a signal ends an operation early. This is not a failure. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

export type Interruption = {
  /** Aborted by the first Ctrl-C, SIGTERM or SIGHUP. */
  signal: AbortSignal;
  /** Resolves when `signal` is aborted. */
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
