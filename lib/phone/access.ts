import type { Json } from "@/lib/call/facts";

import { maskAllNumbersIn, maskNumber, maskOwnNumberIn } from "./mask";

/**
 * What a person may see of callers' phone numbers. `server/auth/viewer.ts` decides which of these somebody has.
 *
 * - `shown`: every number as it is.
 * - `revealable`: masked, but the person may reveal the number of one call at a time, and each time is recorded.
 * - `hidden`: no number at all, not even one that is said or written in a text.
 */
export type NumberAccess = "shown" | "revealable" | "hidden";

/** A call's own number as a person with this access sees it in its field. */
export function maskNumberFor(access: NumberAccess, phoneNumber: string): string {
  return access === "shown" ? phoneNumber : maskNumber(phoneNumber);
}

/**
 * A text or JSON of a call as a person with this access sees it: without the call's own number where it is `revealable`, without any
 * number where it is `hidden`.
 *
 * @param phoneNumber the call's own; null where it has none
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
 * A text that staff wrote (a note, a success criterion) as a person with this access reads it. Operators write these texts, so only
 * where numbers are `hidden` do they go out masked.
 */
export function maskStaffTextFor(access: NumberAccess, text: string, phoneNumber: string | null): string {
  return access === "hidden" ? maskAllNumbersIn(text, phoneNumber) : text;
}
