import { parsePhoneNumberFromString } from "libphonenumber-js/max";

import type { Json } from "@/lib/call/facts";
import { latinDigits } from "@/lib/text/digits";

/** A phone number to be found wherever it is written: in one of the ways people and machines write it. */
export type SoughtNumber = {
  /** The international form without its plus: `966501234567`. */
  digits: string;
  /** For people: only the last two digits. */
  masked: string;
};

/** What stands where a number was. */
export const ERASED = "[erased]";

/** A number in its international form, however it is spaced; null for text that is none. */
export function parseSoughtNumber(text: string): SoughtNumber | null {
  const latin = latinDigits(text).trim().replace(/^00/, "+");
  const parsed = parsePhoneNumberFromString(latin.startsWith("+") ? latin : `+${latin}`);
  if (parsed === undefined || !parsed.isPossible()) {
    return null;
  }
  const digits = parsed.number.slice(1);
  return { digits, masked: `+…${digits.slice(-2)}` };
}

/** What people and machines write between the digits of one number; `،` is the comma of Arabic. */
export const SEPARATORS =
  "[\\s\\u00A0\\u00AD\\u060C\\u2010-\\u2015\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2069().,/\\-]{0,3}";
/** At least so many digits name a person: shorter ones are anybody's order number. */
const MIN_NATIONAL_DIGITS = 7;

/**
 * Matches the number as `+966501234567`, `00966 50 123 4567`, `050-123-4567`, `501234567` and in Arabic and Persian
 * digits, but not inside a longer run of digits. The same source is a regular expression of JavaScript and of Postgres.
 */
export function numberPatternSource({ digits }: SoughtNumber): string {
  const parsed = parsePhoneNumberFromString(`+${digits}`);
  const national = String(parsed?.nationalNumber ?? digits);
  const country = digits.slice(0, digits.length - national.length);
  const spaced = (text: string) => [...text].map(digitClass).join(SEPARATORS);
  if (national.length < MIN_NATIONAL_DIGITS) {
    return `(?<!${ANY_DIGIT})${spaced(digits)}(?!${ANY_DIGIT})`;
  }
  const zero = digitClass("0");
  const prefix = `(?:(?:\\+|${zero}${zero})?${SEPARATORS}${spaced(country)}${SEPARATORS})?(?:\\(?${zero}\\)?${SEPARATORS})?`;
  return `(?<!${ANY_DIGIT})${prefix}${spaced(national)}(?!${ANY_DIGIT})`;
}

/** The pattern as a regular expression that finds every occurrence. */
export function numberPattern(number: SoughtNumber): RegExp {
  return new RegExp(numberPatternSource(number), "gu");
}

/** The same JSON without the number: in texts and in keys it becomes `[erased]`, a bare number becomes null. */
export function eraseNumber<Value extends Json>(value: Value, pattern: RegExp): Value {
  return replaceNumber(value, pattern, ERASED, null) as Value;
}

function replaceNumber(value: Json, pattern: RegExp, inText: string, bare: Json): Json {
  if (typeof value === "string") {
    return value.replaceAll(pattern, inText);
  }
  if (typeof value === "number") {
    return String(value).search(pattern) === -1 ? value : bare;
  }
  if (Array.isArray(value)) {
    return value.map((inner) => replaceNumber(inner, pattern, inText, bare));
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key.replaceAll(pattern, inText),
        replaceNumber(inner, pattern, inText, bare),
      ]),
    );
  }
  return value;
}

export const ANY_DIGIT = "[0-9\\u0660-\\u0669\\u06F0-\\u06F9]";

function digitClass(digit: string): string {
  const value = Number(digit);
  const hex = (base: number) => `\\u${(base + value).toString(16).padStart(4, "0")}`;
  return `[${digit}${hex(0x660)}${hex(0x6f0)}]`;
}
