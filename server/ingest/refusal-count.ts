import { countUp } from "@/db/organization/states";
import { errorCode, log } from "@/lib/log";
import { perProcess } from "@/lib/per-process";

/** The key in `states` whose value is `{count}`, the number of webhook requests with a wrong secret. */
const REFUSALS_KEY = "webhook_refusals";

const WRITE_EVERY_MS = 5000;
const tally = perProcess("webhook refusals", () => ({ unwritten: 0, writtenAt: Number.NEGATIVE_INFINITY }));

/** Counts a request with a wrong secret in memory. `writeRefusals` stores the count. */
export function countRefusal(): void {
  tally.unwritten += 1;
}

/**
 * Adds this process's count to the stored count, at most once every five seconds, so that guessing secrets does not load the
 * database. Returns the added number. Never throws.
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
