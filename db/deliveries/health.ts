import { count, desc, eq } from "drizzle-orm";

import { jobs } from "@/db/driver/client";
import { deliveries } from "@/db/schema/deliveries";

export type Health = { lastDeliveryAt: Date | null; quarantined: number };

const HEALTH_TIMEOUT_MS = 2000;

/** The part of `/api/health` about deliveries; null if the database does not answer within two seconds. Never throws. */
export async function readHealth(): Promise<Health | null> {
  const queries = Promise.all([
    jobs
      .select({ at: deliveries.receivedAt })
      .from(deliveries)
      .orderBy(desc(deliveries.receivedAt), desc(deliveries.id))
      .limit(1),
    jobs.select({ count: count() }).from(deliveries).where(eq(deliveries.verdict, "quarantined")),
  ]);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), HEALTH_TIMEOUT_MS);
  });
  try {
    const results = await Promise.race([queries, late]);
    return results === null
      ? null
      : { lastDeliveryAt: results[0][0]?.at ?? null, quarantined: results[1][0]?.count ?? 0 };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    queries.catch(() => {});
  }
}
