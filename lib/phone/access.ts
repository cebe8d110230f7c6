import type { Json } from "@/lib/call/facts";
import { withoutCredentialsIn, withoutCredentialsInTurns } from "@/lib/recording/url-credentials";

import { maskNumber, maskNumbersIn, maskNumbersInTurns } from "./mask";

/**
 * What a user may see of callers' phone numbers. `server/auth/viewer.ts` decides which access a user has.
 *
 * - `shown`: all numbers, unmasked.
 * - `revealable`: no numbers, not even those that occur in transcripts and other texts, but the user may reveal those of one call, one delivery or one
 *   file at a time, and each time is recorded.
 * - `hidden`: no numbers, and nothing can be revealed.
 */
export type NumberAccess = "shown" | "revealable" | "hidden";

/** A call's number as a user with this access sees it. */
export function maskNumberFor(access: NumberAccess, phoneNumber: string): string {
  return access === "shown" ? phoneNumber : maskNumber(phoneNumber);
}

/**
 * A text or JSON value as a user with this access sees it. The vendor, a customer or the staff may have written it. Nobody sees the credentials in
 * URLs. For short texts; whole calls take `maskWholeFor`.
 *
 * @param phoneNumber the number of the call that the text belongs to; null if there is none
 */
export function maskTextFor<Value extends Json>(access: NumberAccess, value: Value, phoneNumber: string | null): Value {
  const safe = withoutCredentialsIn(value);
  return access === "shown" ? safe : maskNumbersIn(safe, phoneNumber);
}

/** `maskTextFor` for values of any size, such as transcripts and bodies: the process answers other requests in between. */
export async function maskWholeFor<Value extends Json>(
  access: NumberAccess,
  value: Value,
  phoneNumber: string | null,
): Promise<Value> {
  const safe = await withoutCredentialsInTurns(value);
  return access === "shown" ? safe : maskNumbersInTurns(safe, phoneNumber);
}

/**
 * A row with some of its texts as a user with this access sees them. The vendor's words (an outcome, a status, a scenario) may be any text, also a
 * phone number.
 */
export function maskFieldsFor<Row extends object, Name extends keyof Row>(
  access: NumberAccess,
  row: Row & Record<Name, string | null>,
  names: readonly Name[],
  phoneNumber: string | null = null,
): Row {
  const masked = names.map((name) => [name, maskTextFor<string | null>(access, row[name], phoneNumber)] as const);
  return { ...row, ...Object.fromEntries(masked) };
}

/** The fields of a call that the vendor's words are in. */
export const VENDOR_WORDS = ["outcome", "status", "goal", "scenarioId", "direction", "language"] as const;
