import { after } from "next/server";

import { errorCode, log } from "@/lib/log";

/**
 * Runs work after the response has been sent. It can never change the response: an error is only logged, by its code, and on a platform on
 * which `after()` throws because it offers no `waitUntil`, the work starts at once and nothing waits for it. So it must be work that is also
 * done later if it does not finish here.
 */
export function afterAnswer(job: string, work: () => Promise<unknown>): void {
  const run = async () => {
    try {
      await work();
    } catch (error) {
      log("warn", "job_failed", { job, error_code: errorCode(error) });
    }
  };
  try {
    after(run);
  } catch {
    void run();
  }
}
