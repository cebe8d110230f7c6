import { setTimeout as wait } from "node:timers/promises";

import type { EmbeddedPostgres } from "../postgres/embedded";
import type { Interruption } from "./interruption";

/** The pauses before each restart. The last pause repeats indefinitely. Deliveries wait on disk meanwhile. */
const PAUSES_MILLISECONDS = [0, 1_000, 5_000, 15_000, 30_000];
/** After the server has run this long, the pauses start from the first one again. */
const STABLE_MILLISECONDS = 600_000;

/** Restarts the server when it ends unexpectedly, for example because the system ran out of memory. Calls `onRestart` after each start. */
export function restartOnUnexpectedEnd(
  embedded: EmbeddedPostgres,
  { onRestart, interruption }: { onRestart: () => void; interruption: Interruption },
): void {
  let restarts = 0;
  let startedAt = performance.now();
  const restart = async () => {
    if (performance.now() - startedAt > STABLE_MILLISECONDS) {
      restarts = 0;
    }
    const pause = PAUSES_MILLISECONDS[Math.min(restarts, PAUSES_MILLISECONDS.length - 1)] ?? 0;
    restarts += 1;
    if (interruption.signal.aborted) {
      return;
    }
    if (restarts < PAUSES_MILLISECONDS.length) {
      console.error(
        `The embedded PostgreSQL ended unexpectedly. Starting it again${pause > 0 ? ` in ${pause / 1000} s` : ""}.`,
      );
    } else if (restarts === PAUSES_MILLISECONDS.length) {
      console.error(
        `The embedded PostgreSQL keeps ending. Its log is next to its data. Trying again every ${pause / 1000} s.`,
      );
    }
    await wait(pause, undefined, { ref: false });
    if (interruption.signal.aborted) {
      return;
    }
    try {
      await embedded.start();
      startedAt = performance.now();
      onRestart();
    } catch {
      await restart();
    }
  };
  embedded.onUnexpectedEnd(() => void restart());
}
