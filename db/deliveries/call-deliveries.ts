import { and, desc, eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { deliveries } from "@/db/schema/deliveries";

export type CallDelivery = Awaited<ReturnType<typeof listCallDeliveries>>[number];

/** The latest deliveries of one call, newest first, without their bodies. */
export async function listCallDeliveries(callId: string, limit = 50) {
  return db
    .select({
      id: deliveries.id,
      receivedAt: deliveries.receivedAt,
      lastReceivedAt: deliveries.lastReceivedAt,
      timesReceived: deliveries.timesReceived,
      outcome: deliveries.outcome,
      verdict: deliveries.verdict,
      reason: deliveries.reason,
      flags: deliveries.flags,
      replayedAt: deliveries.replayedAt,
      /** Bytes as received. */
      size: sql<number>`octet_length(${deliveries.body})`,
    })
    .from(deliveries)
    .where(eq(deliveries.callId, callId))
    .orderBy(desc(deliveries.receivedAt), desc(deliveries.id))
    .limit(limit);
}

/** The body of one delivery of a call, as received; null for an unknown delivery. `deliveryId` is a UUID. */
export async function readDeliveryBody(callId: string, deliveryId: string) {
  const [row] = await db
    .select({ body: deliveries.body, contentEncoding: deliveries.contentEncoding })
    .from(deliveries)
    .where(and(eq(deliveries.callId, callId), eq(deliveries.id, deliveryId)))
    .limit(1);
  return row ?? null;
}
