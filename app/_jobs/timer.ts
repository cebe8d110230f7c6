import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";

import { enrichDue } from "./enrich";

const EVERY_MS = 5000;

/** Works off what is due every few seconds, in a process that lives. On Vercel `/api/jobs` does it. */
export function startTimer(): void {
  if (env.VERCEL) {
    return;
  }
  const tick = async () => {
    try {
      await enrichDue();
    } catch (error) {
      log("warn", "jobs_failed", { error_code: errorCode(error) });
    }
    setTimeout(tick, EVERY_MS).unref();
  };
  setTimeout(tick, EVERY_MS).unref();
}
