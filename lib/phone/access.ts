import type { Json } from "@/lib/call/facts";

import { maskAllNumbersIn, maskNumber, maskOwnNumberIn } from "./mask";

/**
 * What a user may see of callers' phone numbers. `server/auth/viewer.ts` decides which access a user has.
 *
 * - `shown`: all numbers, unmasked.
 * - `revealable`: masked numbers, but the user may reveal the number of one call at a time, which is recorded.
 * - `hidden`: no numbers, not even those that occur in transcripts and other texts.
 */
export type NumberAccess = "shown" | "revealable" | "hidden";

/** A call's number as a user with this access sees it. */
export function maskNumberFor(access: NumberAccess, phoneNumber: string): string {
  return access === "shown" ? phoneNumber : maskNumber(phoneNumber);
}

/**
 * A text or JSON value of a call as a user with this access sees it: `revealable` hides the call's own number, `hidden` hides all numbers.
 *
 * @param phoneNumber the call's own number; null if it has none
 */
export function maskTextFor<Value extends Json>(access: NumberAccess, value: Value, phoneNumber: string | null): Value {
  switch (access) {
    case "shown":
      return value;
    case "revealable":
      return maskOwnNumberIn(value, phoneNumber);
    case "hidden":
      return maskAllNumbersIn(value, phoneNumber);
  }
}

/**
 * A text by staff (a note, a success criterion) as a user with this access sees it. Operators write these texts, so numbers are masked only
 * with `hidden` access.
 */
export function maskStaffTextFor(access: NumberAccess, text: string, phoneNumber: string | null): string {
  return access === "hidden" ? maskAllNumbersIn(text, phoneNumber) : text;
}
