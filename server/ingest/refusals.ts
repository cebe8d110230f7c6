import { countUp } from "@/db/organization/states";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/** Under this key of `states`: `{count}`, the number of requests with a wrong secret. Its age is that of the last one. */
const REFUSALS_KEY = "webhook_refusals";

const WRITE_EVERY_MS = 5000;
const tally = perProcess("webhook refusals", () => ({ unwritten: 0, writtenAt: Number.NEGATIVE_INFINITY }));

/** Counts a request with a wrong secret, in memory: `writeRefusals` stores the count. */
export function countRefusal(): void {
  tally.unwritten += 1;
}

/**
 * Adds this process's count to the stored one, at most once every five seconds, so that guessing secrets does not load the
 * database. Returns how many were added. Never throws.
 */
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
