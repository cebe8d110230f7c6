import { type CountryCode, findPhoneNumbersInText, parsePhoneNumberFromString } from "libphonenumber-js/max";

import type { Json } from "@/lib/call/facts";
import { parseJson } from "@/lib/sarj/json";
import { digitsOf } from "@/lib/text/digits";

import { ANY_DIGIT, nationalPattern, numberPattern, parseSoughtNumber, SEPARATORS } from "./pattern";

/** The replacement for hidden digits. */
const HIDDEN = "•••";

/** Masks a phone number except for the country code and the last two digits. Text that is not a phone number is hidden completely. */
export function maskNumber(phoneNumber: string): string {
  const parsed = parsePhoneNumberFromString(phoneNumber);
  return parsed === undefined ? HIDDEN : `+${parsed.countryCallingCode} ${HIDDEN} ${parsed.nationalNumber.slice(-2)}`;
}

/** Hides the call's own number, in any notation, in a JSON value or a text, such as the transcript. */
export function maskOwnNumberIn<Value extends Json>(value: Value, phoneNumber: string | null): Value {
  return phoneNumber === null ? value : (mapTexts(value, ownNumberMask(phoneNumber)) as Value);
}

/**
 * Hides every phone number in a JSON value or a text: the call's own number, valid numbers of the same country or with a country code, and
 * any run of nine or more digits. Dates, durations, prices and ids are kept.
 *
 * @param phoneNumber the call's own number; null if it has none or it is unknown
 */
export function maskAllNumbersIn<Value extends Json>(value: Value, phoneNumber: string | null): Value {
  const own = phoneNumber === null ? null : ownNumberMask(phoneNumber);
  const country = phoneNumber === null ? undefined : parsePhoneNumberFromString(phoneNumber)?.country;
  return mapTexts(value, (text, isJsonNumber) => {
    const rest = own === null ? text : own(text);
    return isJsonNumber && rest === text ? maskJsonNumber(text, country) : maskUnlessKept(rest, country);
  }) as Value;
}

function ownNumberMask(phoneNumber: string): (text: string) => string {
  const sought = parseSoughtNumber(phoneNumber);
  const digits = digitsOf(phoneNumber).replace(/^0+/, "");
  const patterns = [
    ...(sought === null ? [] : [numberPattern(sought)]),
    ...(sought === null && digits.length >= MIN_DIGITS ? [nationalPattern(digits)] : []),
    ...(sought === null ? [new RegExp(escapedForRegExp(phoneNumber), "gu")] : []),
  ];
  return (text) => patterns.reduce((rest, pattern) => rest.replaceAll(pattern, HIDDEN), text);
}

/** Escapes a text for a `RegExp`, because the vendor may send an extension or a SIP address instead of a number. */
function escapedForRegExp(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}

/* ── Other numbers ───────────────────────────────────────────────────────────────────────────────────────────────── */

/** A run of at least this many digits is masked, whether or not it is a valid number. */
const MIN_RUN_DIGITS = 9;
/**
 * libphonenumber takes half a minute for a megabyte of worst-case input. So it receives parts of at most this many characters, which end at
 * a letter if possible, and at most `MAX_PARTS` of them. In the rest of the text, everything that could be a number is masked.
 */
const PART_LENGTH = 2_000;
const MAX_PARTS = 10;
const PARTS = new RegExp(String.raw`[\s\S]{1,${PART_LENGTH}}\p{L}|[\s\S]{1,${PART_LENGTH}}`, "gu");
/** Text with fewer digits contains no phone number. */
const MIN_DIGITS = 7;

/** A decimal or a price: `61.25`, `1,250,000.00`. */
const QUANTITY = String.raw`(?:[1-9]\d{0,2}(?:,\d{3}){1,2}(?:\.\d+)?|(?:0|[1-9]\d*)\.\d+)(?![\d/-]|[.,]\d)`;
/** Does not match in the middle of a number. */
const START = String.raw`(?<![\d+][\s().,/-]?)`;

/** Matches text with many digits that is not a phone number and is kept. */
const NOT_A_NUMBER = new RegExp(
  [
    // A date, and the time after it.
    String.raw`(?<!\d)(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])[-/](?:0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?Z|[+-]\d\d:?\d\d)?)?(?!\d)`,
    String.raw`(?<!\d[\s().,/-]{0,3})\b(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)\d\d(?!\d)`,
    // UUIDs and other hexadecimal ids.
    String.raw`\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b`,
    String.raw`\b(?=\d*[a-fA-F])[0-9a-fA-F]{16,}\b`,
    // An id that begins with letters: `ORD-2024-000123`, `call_0123456789`, but not `tel-0501234567`.
    String.raw`\b(?!(?:tel|phone|mobile|mob|cell|fax|whatsapp|wa|sms|contact|number|no)[-_]?\+?\d)[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*`,
    String.raw`${START}${QUANTITY}(?:[\s,]+${QUANTITY})*`,
    // A Unix time in seconds or milliseconds, of the years 2017 to 2033.
    String.raw`${START}1[5-9]\d{8}(?:\d{3})?(?![\s().,/-]?\d)`,
  ].join("|"),
  "gi",
);

const SEPARATORS_IN_LINE = String.raw`(?:(?!\n)${SEPARATORS.replace(/\{0,3\}$/, "")}){0,3}`;
const RUN = new RegExp(
  String.raw`\+?\(?${ANY_DIGIT}(?:${SEPARATORS_IN_LINE}${ANY_DIGIT}){${MIN_RUN_DIGITS - 1},}`,
  "gu",
);

const CANDIDATE = new RegExp(String.raw`${ANY_DIGIT}(?:[^\p{L}\n]{0,3}${ANY_DIGIT}){${MIN_DIGITS - 1},}`, "u");
const CANDIDATES = new RegExp(CANDIDATE.source, "gu");

/** Masks a text except for dates, ids, prices and times. */
function maskUnlessKept(text: string, country: CountryCode | undefined): string {
  if (digitsIn(text) < MIN_DIGITS) {
    return text;
  }
  let masked = "";
  let from = 0;
  for (const kept of text.matchAll(NOT_A_NUMBER)) {
    masked += maskNumbersOfText(text.slice(from, kept.index), country) + kept[0];
    from = kept.index + kept[0].length;
  }
  return masked + maskNumbersOfText(text.slice(from), country);
}

/** Masks every number in a part of a text that contains nothing to keep. */
function maskNumbersOfText(text: string, country: CountryCode | undefined): string {
  if (digitsIn(text) < MIN_DIGITS) {
    return text;
  }
  const hideRuns = (part: string) => part.replaceAll(RUN, (run) => (isYears(run) ? run : HIDDEN));
  if (text.length <= PART_LENGTH) {
    return hideRuns(maskValid(text, country));
  }
  let searchedParts = 0;
  const parts = (hideRuns(text).match(PARTS) ?? []).map((part) => {
    if (part.search(CANDIDATE) === -1) {
      return part;
    }
    searchedParts += 1;
    return searchedParts <= MAX_PARTS ? maskValid(part, country) : part.replaceAll(CANDIDATES, HIDDEN);
  });
  return parts.join("");
}

/** Masks the numbers that libphonenumber finds in a text. */
function maskValid(text: string, country: CountryCode | undefined): string {
  let masked = "";
  let from = 0;
  const options = country === undefined ? {} : { defaultCountry: country };
  for (const { startsAt, endsAt } of findPhoneNumbersInText(text, options)) {
    masked += text.slice(from, startsAt) + HIDDEN;
    from = endsAt;
  }
  return masked + text.slice(from);
}

/** Whether a run of digits is a list of years, such as `2025, 2026, 2027`. */
function isYears(run: string): boolean {
  return /^(?:(?:19|20)\d\d[\s,،/-]+)+(?:19|20)\d\d$/u.test(run);
}

/** Masks a JSON number only if it is a valid phone number, because most are amounts, times and ids. */
function maskJsonNumber(text: string, country: CountryCode | undefined): string {
  const isNumber =
    /^\d{7,15}$/.test(text) &&
    ((country !== undefined && parsePhoneNumberFromString(text, country)?.isValid() === true) ||
      parsePhoneNumberFromString(`+${text}`)?.isValid() === true);
  return isNumber ? HIDDEN : text;
}

function digitsIn(text: string): number {
  return text.match(DIGITS)?.length ?? 0;
}

const DIGITS = new RegExp(ANY_DIGIT, "gu");

/* ── JSON, and JSON within strings ───────────────────────────────────────────────────────────────────────────────── */

/** `isJsonNumber`: the text is a number in the JSON, not a string. */
type Mask = (text: string, isJsonNumber: boolean) => string;

function mapTexts(value: Json, mask: Mask): Json {
  if (typeof value === "string") {
    return mapText(value, mask);
  }
  if (typeof value === "number") {
    const text = String(value);
    return mask(text, true) === text ? value : HIDDEN;
  }
  if (Array.isArray(value)) {
    return value.map((inner) => mapTexts(inner, mask));
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [mapText(key, mask), mapTexts(inner, mask)]));
  }
  return value;
}

/** Masks a string, which may contain JSON, like the arguments and the output of tools. In JSON, digits may be escaped: `\u0665`. */
function mapText(text: string, mask: Mask): string {
  if (/^\s*["[{]/.test(text)) {
    const parsed = parseJson(Buffer.from(text));
    if (parsed.ok && typeof parsed.value !== "number") {
      const masked = JSON.stringify(mapTexts(parsed.value, mask));
      return masked === JSON.stringify(parsed.value) ? text : masked;
    }
  }
  const plain = text.replaceAll(ESCAPED_DIGIT, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const masked = mask(plain, false);
  return masked === plain ? text : masked;
}

const ESCAPED_DIGIT = /\\u(003[0-9]|066[0-9]|06f[0-9])/gi;
