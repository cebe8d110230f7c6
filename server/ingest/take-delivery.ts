import { env } from "@/lib/env";
import { clientIp } from "@/lib/http/client-ip";
import { afterAnswer } from "@/server/after-answer";
import { enrichDue, isEnrichmentNeeded } from "@/server/jobs/enrich";

import { type Answer, type Incoming, receive } from "./receive";

/** Receives one authenticated delivery, and starts what is due after its answer: enrichment fetches missing data. */
export async function takeDelivery(incoming: Incoming, secretLabel: string): Promise<Answer> {
  const answer = await receive(incoming, { secretLabel, sourceIp: clientIp(incoming.headers, env.CLIENT_IP_HEADER) });
  if (answer.status === 200 && isEnrichmentNeeded()) {
    afterAnswer("enrich", enrichDue);
  }
  if (env.VERCEL) {
    // Loaded when it is needed: the jobs are most of what the route would load at a cold start.
    afterAnswer("due", async () => (await import("@/server/jobs/due")).runDueJobsAfterRequest());
  }
  return answer;
}
