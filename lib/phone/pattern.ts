import { parsePhoneNumberFromString } from "libphonenumber-js/max";

import { compatibleForm } from "@/lib/text/compatible";
import { latinDigits } from "@/lib/text/digits";

/** A phone number to find, in any notation that people and machines use. */
export type SoughtNumber = {
  /** E.164 without the plus: `966501234567`. */
  digits: string;
  /** For display: `+…` and the last two digits. */
  masked: string;
};

/** What people dial before a country's code: from most countries, from North America, from Australia. A plus sign is no digit. */
export const DIAL_PREFIXES = ["00", "011", "0011"];
/** Fewer digits after `011` may as well be a national number: `011 456 7890` is one in Riyadh. */
const SHORTEST_DIALLED = 9;

/**
 * Parses a number in its international form: with or without `+` or what people dial instead, with signs that are on no screen (which
 * programs copy along), as a `tel:` or `sip:` address. null for anything else.
 */
export function parseSoughtNumber(text: string): SoughtNumber | null {
  const plain = plainNumber(text);
  const digits = plain.replaceAll(/\D/g, "");
  const dialled = DIAL_PREFIXES.filter(
    (prefix) =>
      !plain.startsWith("+") &&
      digits.startsWith(prefix) &&
      (prefix === "00" || digits.length - prefix.length >= SHORTEST_DIALLED),
  );
  const candidates = [`+${plain.replace(/^\+/, "")}`, ...dialled.map((prefix) => `+${digits.slice(prefix.length)}`)];
  for (const candidate of candidates) {
    const parsed = parsePhoneNumberFromString(candidate);
    if (parsed?.isPossible() === true) {
      const found = parsed.number.slice(1);
      return { digits: found, masked: `+…${found.slice(-2)}` };
    }
  }
  return null;
}

/** A number without the signs and names around it: `tel:(+٩٦٦) 50 …;ext=1` is `+966 50 …`. */
function plainNumber(text: string): string {
  return latinDigits(compatibleForm(text).replaceAll(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, ""))
    .trim()
    .replace(/^(?:tel|sips?|callto|whatsapp):/i, "")
    .replace(/[@;].*$/su, "")
    .replace(/^\(\s*\+\s*(\d+)\s*\)/, "+$1 ")
    .trim();
}

/** The source of a regular expression: the characters that may separate two digits of a number, including the Arabic comma `،`. */
const SEPARATORS =
  "[\\s\\u00A0\\u00AD\\u034F\\u060C\\u061C\\u180E\\u2010-\\u2015\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2069\\uFEFF().,/\\-]{0,3}";
/** A national number with fewer digits is found only with its country code: without it, the digits could be an order number. */
export const MIN_NATIONAL_DIGITS = 7;

/** The country's code and the number within the country, as digits. */
export function partsOf({ digits }: SoughtNumber): { country: string; national: string } {
  const national = String(parsePhoneNumberFromString(`+${digits}`)?.nationalNumber ?? digits);
  return { country: digits.slice(0, digits.length - national.length), national };
}

/**
 * The source of a regular expression, for both JavaScript and Postgres, that matches the number as `+966501234567`,
 * `00966 50 123 4567`, `050-123-4567` or `501234567`, in Latin, Arabic, Persian or full-width digits, but not inside a longer run of digits.
 */
export function numberPatternSource(number: SoughtNumber): string {
  const { country, national } = partsOf(number);
  if (national.length < MIN_NATIONAL_DIGITS) {
    return `(?<!${ANY_DIGIT})${spaced(number.digits)}(?!${ANY_DIGIT})`;
  }
  return nationalSource(spaced(country), national);
}

function nationalSource(country: string, national: string): string {
  const zero = digitClass("0");
  const prefix = `(?:(?:\\+|${zero}${zero})?${SEPARATORS}${country}${SEPARATORS})?(?:\\(?${zero}\\)?${SEPARATORS})?`;
  return `(?<!${ANY_DIGIT})${prefix}${spaced(national)}(?!${ANY_DIGIT})`;
}

function spaced(digits: string): string {
  return [...digits].map(digitClass).join(SEPARATORS);
}

/** `numberPatternSource` as a global `RegExp`. */
export function numberPattern(number: SoughtNumber): RegExp {
  return new RegExp(numberPatternSource(number), "gu");
}

/** The source of a regular expression that matches a Latin, Arabic, Persian or full-width digit. */
const ANY_DIGIT = "[0-9\\u0660-\\u0669\\u06F0-\\u06F9\\uFF10-\\uFF19]";

function digitClass(digit: string): string {
  const value = Number(digit);
  const hex = (base: number) => `\\u${(base + value).toString(16).padStart(4, "0")}`;
  return `[${digit}${hex(0x660)}${hex(0x6f0)}${hex(0xff10)}]`;
}
