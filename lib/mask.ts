import { parsePhoneNumberFromString } from "libphonenumber-js/max";

import type { Json } from "./call-facts";
import { numberPattern, parseSoughtNumber, replaceNumber } from "./phone-pattern";

/** What stands for the digits that are not shown. */
const HIDDEN = "•••";

/** A phone number as a viewer sees it: the country and the last two digits. Anything else that is no number is hidden whole. */
export function maskNumber(phoneNumber: string): string {
  const parsed = parsePhoneNumberFromString(phoneNumber);
  return parsed === undefined ? HIDDEN : `+${parsed.countryCallingCode} ${HIDDEN} ${parsed.nationalNumber.slice(-2)}`;
}

/**
 * The same JSON or text without the call's own number, however it is written in it: a viewer who may not see the number
 * does not read it in the transcript either.
 */
export function maskNumberIn<Value extends Json>(value: Value, phoneNumber: string | null): Value {
  if (phoneNumber === null) {
    return value;
  }
  const sought = parseSoughtNumber(phoneNumber);
  const pattern = sought === null ? new RegExp(escaped(phoneNumber), "gu") : numberPattern(sought);
  return replaceNumber(value, pattern, HIDDEN, HIDDEN) as Value;
}

/** For what the vendor sent in place of a number: an extension, an address. */
function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}
