import { and, desc, eq, inArray, ne } from "drizzle-orm";

import { replica } from "@/db/driver/client";
import { calls } from "@/db/schema/calls";
import { storedForms } from "@/lib/phone/number-cores";

/** A call of another contact with the same phone number. */
export type SameNumberCall = Awaited<ReturnType<typeof listCallsOfNumber>>[number];

/** The newest calls with this phone number, in whatever form it is stored, that are not of this contact. */
export function listCallsOfNumber(phoneNumber: string, exceptContactId: string, limit: number) {
  const { forms, identify } = storedForms(phoneNumber);
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
    .where(
      and(
        inArray(calls.phoneDigits, forms),
        identify ? undefined : eq(calls.phoneNumber, phoneNumber),
        ne(calls.contactId, exceptContactId),
      ),
    )
    .orderBy(desc(calls.occurredAt), desc(calls.callId))
    .limit(limit);
}
