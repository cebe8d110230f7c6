import { countUp } from "@/db/organization/states";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/** Under this key of `states`: `{count}`, how many requests came with a wrong secret, and when the last of them was counted. */
export const REFUSALS_KEY = "webhook_refusals";

const WRITE_EVERY_MS = 5000;
const tally = perProcess("webhook refusals", () => ({ unwritten: 0, writtenAt: Number.NEGATIVE_INFINITY }));

/** Counts a request that came with a wrong secret. Needs no database: `writeRefusals` brings the count there. */
export function countRefusal(): void {
  tally.unwritten += 1;
}

/** Adds what was counted to what all processes counted, at most once in a while: guessing costs the database nothing. */
export async function writeRefusals(): Promise<number> {
  const count = tally.unwritten;
  if (count === 0 || performance.now() - tally.writtenAt < WRITE_EVERY_MS) {
    return 0;
  }
  tally.unwritten = 0;
  tally.writtenAt = performance.now();
  try {
    await countUp(REFUSALS_KEY, count);
    return count;
  } catch (error) {
    tally.unwritten += count;
    log("warn", "refusals_not_counted", { count, error_code: errorCode(error) });
    return 0;
  }
}
