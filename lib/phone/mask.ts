import { type CountryCode, findPhoneNumbersInText, parsePhoneNumberFromString } from "libphonenumber-js/max";

import type { Json } from "@/lib/call/facts";
import { parseJson } from "@/lib/sarj/json";

import { ANY_DIGIT, numberPattern, parseSoughtNumber, SEPARATORS } from "./pattern";

/** What stands for the digits that are not shown. */
const HIDDEN = "•••";

/** A masked phone number: the country code and the last two digits. Text that is not a phone number is hidden whole. */
export function maskNumber(phoneNumber: string): string {
  const parsed = parsePhoneNumberFromString(phoneNumber);
  return parsed === undefined ? HIDDEN : `+${parsed.countryCallingCode} ${HIDDEN} ${parsed.nationalNumber.slice(-2)}`;
}

/** The same JSON or text with the call's own number hidden, in whatever way it is written: in the transcript, say. */
export function maskOwnNumberIn<Value extends Json>(value: Value, phoneNumber: string | null): Value {
  return phoneNumber === null ? value : (mapTexts(value, ownMask(phoneNumber)) as Value);
}

/**
 * The same JSON or text with every phone number hidden: the call's own, valid numbers of the same country or with a country code, and
 * any run of nine digits or more. Dates, durations, prices and ids stay.
 *
 * @param phoneNumber the call's own; null where there is none or it is not known
 */
export function maskAllNumbersIn<Value extends Json>(value: Value, phoneNumber: string | null): Value {
  const own = phoneNumber === null ? null : ownMask(phoneNumber);
  const country = phoneNumber === null ? undefined : parsePhoneNumberFromString(phoneNumber)?.country;
  return mapTexts(value, (text, isBare) => {
    const rest = own === null ? text : own(text);
    return isBare && rest === text ? maskBare(text, country) : maskOthers(rest, country);
  }) as Value;
}

function ownMask(phoneNumber: string): (text: string) => string {
  const sought = parseSoughtNumber(phoneNumber);
  const pattern = sought === null ? new RegExp(escaped(phoneNumber), "gu") : numberPattern(sought);
  return (text) => text.replaceAll(pattern, HIDDEN);
}

/** For what the vendor sent in place of a number: an extension, an address. */
function escaped(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`);
}

/* ── Everybody else's numbers ────────────────────────────────────────────────────────────────────────────────────── */

const MIN_DIGITS = 9;
/**
 * Of characters. libphonenumber takes half a minute for a megabyte of the worst text, so it gets parts, which end at a letter, and no more
 * than so many; in the rest whatever may be a number is taken for one.
 */
const PART = 2_000;
const MOST_PARTS = 10;
const PARTS = new RegExp(String.raw`[\s\S]{1,${PART}}\p{L}|[\s\S]{1,${PART}}`, "gu");
/** The shortest that libphonenumber is asked about. */
const FEWEST_DIGITS = 7;

/** A decimal or a price: `61.25`, `1,250,000.00`. */
const QUANTITY = String.raw`(?:[1-9]\d{0,2}(?:,\d{3}){1,2}(?:\.\d+)?|(?:0|[1-9]\d*)\.\d+)(?![\d/-]|[.,]\d)`;
/** Not in the middle of what may be one number. */
const BEGINS = String.raw`(?<![\d+][\s().,/-]?)`;

/** What is made of many digits and names nobody. */
const NO_NUMBER = new RegExp(
  [
    // A date, and the time after it.
    String.raw`(?<!\d)(?:19|20)\d\d[-/](?:0[1-9]|1[0-2])[-/](?:0[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?Z|[+-]\d\d:?\d\d)?)?(?!\d)`,
    String.raw`(?<!\d[\s().,/-]{0,3})\b(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)\d\d(?!\d)`,
    // UUIDs and other hexadecimal ids.
    String.raw`\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b`,
    String.raw`\b(?=\d*[a-fA-F])[0-9a-fA-F]{16,}\b`,
    // A name that goes on in digits: `ORD-2024-000123`, `call_0123456789`, but not `tel-0501234567`.
    String.raw`\b(?!(?:tel|phone|mobile|mob|cell|fax|whatsapp|wa|sms|contact|number|no)[-_]?\+?\d)[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*`,
    String.raw`${BEGINS}${QUANTITY}(?:[\s,]+${QUANTITY})*`,
    // Seconds or milliseconds since 1970, of the years 2017 to 2033.
    String.raw`${BEGINS}1[5-9]\d{8}(?:\d{3})?(?![\s().,/-]?\d)`,
  ].join("|"),
  "gi",
);

const IN_ONE_LINE = String.raw`(?:(?!\n)${SEPARATORS.replace(/\{0,3\}$/, "")}){0,3}`;
const RUN = new RegExp(String.raw`\+?\(?${ANY_DIGIT}(?:${IN_ONE_LINE}${ANY_DIGIT}){${MIN_DIGITS - 1},}`, "gu");

const CANDIDATE = new RegExp(String.raw`${ANY_DIGIT}(?:[^\p{L}\n]{0,3}${ANY_DIGIT}){${FEWEST_DIGITS - 1},}`, "u");
const CANDIDATES = new RegExp(CANDIDATE.source, "gu");

function maskOthers(text: string, country: CountryCode | undefined): string {
  if (digitsIn(text) < FEWEST_DIGITS) {
    return text;
  }
  let masked = "";
  let from = 0;
  for (const kept of text.matchAll(NO_NUMBER)) {
    masked += maskPlain(text.slice(from, kept.index), country) + kept[0];
    from = kept.index + kept[0].length;
  }
  return masked + maskPlain(text.slice(from), country);
}

function maskPlain(text: string, country: CountryCode | undefined): string {
  if (digitsIn(text) < FEWEST_DIGITS) {
    return text;
  }
  const hideRuns = (some: string) => some.replaceAll(RUN, (run) => (isYears(run) ? run : HIDDEN));
  if (text.length <= PART) {
    return hideRuns(maskValid(text, country));
  }
  let asked = 0;
  const parts = (hideRuns(text).match(PARTS) ?? []).map((part) => {
    if (part.search(CANDIDATE) === -1) {
      return part;
    }
    asked += 1;
    return asked <= MOST_PARTS ? maskValid(part, country) : part.replaceAll(CANDIDATES, HIDDEN);
  });
  return parts.join("");
}

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

/** `2025, 2026, 2027` */
function isYears(run: string): boolean {
  return /^(?:(?:19|20)\d\d[\s,،/-]+)+(?:19|20)\d\d$/u.test(run);
}

/** A number of JSON: most are amounts, times and ids, so it has to be valid for a telephone. */
function maskBare(text: string, country: CountryCode | undefined): string {
  const isNumber =
    /^\d{7,15}$/.test(text) &&
    ((country !== undefined && parsePhoneNumberFromString(text, country)?.isValid() === true) ||
      parsePhoneNumberFromString(`+${text}`)?.isValid() === true);
  return isNumber ? HIDDEN : text;
}

function digitsIn(text: string): number {
  return text.match(EACH_DIGIT)?.length ?? 0;
}

const EACH_DIGIT = new RegExp(ANY_DIGIT, "gu");

/* ── JSON, and JSON in texts of JSON ─────────────────────────────────────────────────────────────────────────────── */

type Mask = (text: string, isBare: boolean) => string;

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

/** What a tool is given and gives back is JSON in a text, where a digit may be written as `\u0665`. */
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
