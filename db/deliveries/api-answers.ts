import { and, desc, eq, sql } from "drizzle-orm";

import { db } from "@/db/driver/client";
import { apiAnswers } from "@/db/schema/deliveries";

/** The kept answers of the vendor's API about one call, newest first, without their bodies. */
export async function listApiAnswers(callId: string) {
  return db
    .select({
      id: apiAnswers.id,
      answeredAt: apiAnswers.answeredAt,
      flags: apiAnswers.flags,
      /** Bytes as received. */
      size: sql<number>`octet_length(${apiAnswers.body})`,
    })
    .from(apiAnswers)
    .where(eq(apiAnswers.callId, callId))
    .orderBy(desc(apiAnswers.answeredAt), desc(apiAnswers.id));
}

export type ListedApiAnswer = Awaited<ReturnType<typeof listApiAnswers>>[number];

/** One kept answer as received; null for an unknown one. `answerId` is a UUID. The API's answers are stored without an encoding. */
export async function readApiAnswer(callId: string, answerId: string) {
  const [row] = await db
    .select({ body: apiAnswers.body })
    .from(apiAnswers)
    .where(and(eq(apiAnswers.callId, callId), eq(apiAnswers.id, answerId)))
    .limit(1);
  return row === undefined ? null : { body: row.body, contentEncoding: null };
}
