import { parsePhoneNumberFromString } from "libphonenumber-js";

import { digitsOf } from "@/lib/text/digits";

import { DIAL_PREFIXES, parseSoughtNumber } from "./pattern";

/** Six digits or fewer are a part of a number. */
const LONGEST_PART = 6;
/** A shorter beginning of a number would occur in most numbers. */
const SHORTEST_BEGINNING = 3;

/**
 * What to look for in the column `calls.phone_digits`, which has the digits of each number without leading zeros.
 *
 * `anywhere`: digits that occur in the number, or of which the number is the end: a number may be stored without its country's code.
 * `beginning`: digits with which the number begins, before or after its country's code.
 */
export type SoughtDigits = { anywhere: string[]; beginning: string | null };

/**
 * Reads digits as people type them: `0501234567`, `00966501234567` or `9660501234567` (from `+966 (0) 50 123 4567`) for
 * `+966501234567`, and any part of a number.
 */
export function readSoughtDigits(digits: string): SoughtDigits {
  const significant = digits.replace(/^0+(?=\d)/, "");
  if (digits.length <= LONGEST_PART) {
    const isBeginning = significant !== digits && significant.length >= SHORTEST_BEGINNING;
    return { anywhere: [digits], beginning: isBeginning ? significant : null };
  }
  const international = ["", ...DIAL_PREFIXES].flatMap((prefix) => {
    const number = digits.startsWith(prefix)
      ? parsePhoneNumberFromString(`+${digits.slice(prefix.length)}`)
      : undefined;
    if (number?.isPossible() !== true) {
      return [];
    }
    // The number may be stored with the zero that is dialled inside its country: `+966 0501234567`.
    return [number.number.slice(1), `${number.countryCallingCode}0${number.nationalNumber}`];
  });
  return { anywhere: [...new Set([significant, ...international])], beginning: null };
}

/**
 * How `calls.phone_digits` may store the number of a call: with its country's code, and without it. `identify`: whether these digits identify
 * a number. An extension or the name in a SIP address has too few.
 */
export function storedForms(phoneNumber: string): { forms: string[]; identify: boolean } {
  const digits = digitsOf(phoneNumber.replaceAll("(0", ""));
  if (digits.length <= LONGEST_PART) {
    return { forms: [digits.replace(/^0+/, "")], identify: false };
  }
  const sought = parseSoughtNumber(phoneNumber);
  const national = sought === null ? undefined : parsePhoneNumberFromString(`+${sought.digits}`)?.nationalNumber;
  const { anywhere } = readSoughtDigits(sought?.digits ?? digits);
  return { forms: [...new Set([...anywhere, ...(national === undefined ? [] : [national])])], identify: true };
}
