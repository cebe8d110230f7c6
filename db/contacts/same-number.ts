import { and, desc, eq, ne } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";

/** A call of another contact with the same phone number. */
export type SameNumberCall = Awaited<ReturnType<typeof listCallsOfNumber>>[number];

/** The newest calls with this phone number that are not of this contact. */
export function listCallsOfNumber(phoneNumber: string, exceptContactId: string, limit: number) {
  return replica
    .select({
      callId: calls.callId,
      occurredAt: calls.occurredAt,
      outcome: calls.outcome,
      status: calls.status,
      dialResult: calls.dialResult,
      goal: calls.goal,
      scenarioId: calls.scenarioId,
    })
    .from(calls)
    .where(and(eq(calls.phoneNumber, phoneNumber), ne(calls.contactId, exceptContactId)))
    .orderBy(desc(calls.occurredAt), desc(calls.callId))
    .limit(limit);
}
