import { timingSafeEqual, createHash } from "node:crypto";

import { env } from "@/lib/env";
import { errorCode, log } from "@/lib/log";
import { runDueJobs } from "@/server/jobs/due";

/** Runs the background jobs for a scheduler, which authenticates with `Authorization: Bearer <CRON_SECRET>`. */
async function run(request: Request): Promise<Response> {
  if (env.CRON_SECRET === undefined || !isBearer(request.headers.get("authorization"), env.CRON_SECRET)) {
    return Response.json({ error: "unauthorized" }, { status: 401 });
  }
  try {
    return Response.json(await runDueJobs());
  } catch (error) {
    log("error", "jobs_failed", { error_code: errorCode(error) });
    return Response.json({ error: "database_unavailable" }, { status: 503 });
  }
}

// Vercel's scheduler sends GET.
export { run as GET, run as POST };

function isBearer(header: string | null, secret: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(header ?? ""), hash(`Bearer ${secret}`));
}
