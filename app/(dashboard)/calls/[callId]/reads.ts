import { setTimeout as wait } from "node:timers/promises";

import { cache } from "react";

import { listReviews } from "@/db/calls/reviews";
import { readContact } from "@/db/contacts/list";
import { listCallsOfNumber } from "@/db/contacts/same-number";
import type { Call } from "@/db/schema/calls";

/** What several parts of a call's page read. Each is cached, so that they read it with one query. */

export const contactOfCall = cache((contactId: string, callId: string) => readContact({ contactId, callId }));

/** The newest calls with the same number that the page shows. */
const MAX_OTHER_CALLS = 10;

/** The newest calls of other contacts with this number. */
export const otherCallsOf = cache(async (phoneNumber: string | null, contactId: string) =>
  phoneNumber === null ? [] : listCallsOfNumber(phoneNumber, contactId, MAX_OTHER_CALLS),
);

/** The decisions about a call, latest first. */
export const reviewsOf = cache((callId: string) => listReviews(callId));

/** How long the page waits for what it would rather have at once, in milliseconds. */
const MAX_WAIT_MS = 500;

/**
 * Reads what determines the height of the parts that stand above others. False if that fails or takes too long: then these parts come later, each
 * by itself, and what is below them moves.
 */
export async function readUpperParts({ callId, contactId, phoneNumber }: Call): Promise<boolean> {
  const reads = [contactOfCall(contactId, callId), otherCallsOf(phoneNumber, contactId), reviewsOf(callId)];
  const settled = await Promise.race([Promise.allSettled(reads), wait(MAX_WAIT_MS, null, { ref: false })]);
  return settled?.every(({ status }) => status === "fulfilled") ?? false;
}
