import { latinDigits } from "@/lib/text/digits";

import { HIDDEN } from "./hidden";

/**
 * Digits of a text without anything between them. `digits`: as Latin digits, or `BREAK` for digits that are already hidden, over which no
 * number continues. `from` and `to` are string indices.
 */
export type DigitGroup = { from: number; to: number; digits: string };

/** Stands for what is already hidden. It is in no number. */
export const BREAK = "x";

/**
 * A group of digits of any script (also superscripts and digits in circles), or of digits that are escaped: in JSON (`\u0665`) and in URLs (`%35`,
 * `%D9%A5`). Or what is hidden already, or an escaped separator, whose digits are none.
 * Longer groups are found in parts, so that a caller can pause.
 */
const GROUP = new RegExp(
  String.raw`(?:[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨⓪]{1,100}|\\u(?:003[0-9]|066[0-9]|06f[0-9])|%(?:3[0-9]|d9%a[0-9]|db%b[0-9])){1,100}|${HIDDEN}|%2[0-9a-f]`,
  "giu",
);

/** The groups of digits of a text, one after another, so that a caller can pause. Linear in the text's length. */
export function* digitGroups(text: string): Generator<DigitGroup> {
  for (const { 0: written, index } of text.matchAll(GROUP)) {
    if (!written.startsWith("%2")) {
      yield { from: index, to: index + written.length, digits: written === HIDDEN ? BREAK : plainDigits(written) };
    }
  }
}

const LATIN = /^[0-9]+$/;

function plainDigits(written: string): string {
  if (LATIN.test(written)) {
    return written;
  }
  const unescaped = written
    .replaceAll(/\\u(....)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll(/%3([0-9])|%d9%a([0-9])|%db%b([0-9])/gi, (_, ...found: string[]) => found.slice(0, 3).join(""));
  const latin = latinDigits(unescaped.normalize("NFKC"));
  return LATIN.test(latin) ? latin : latin.replaceAll(/\p{Nd}/gu, (digit) => String(digitValue(digit)));
}

const digitValues = new Map<string, number>();

/** The value of a digit of any script: the digits of a script are ten code points in a row. */
function digitValue(digit: string): number {
  const known = digitValues.get(digit);
  if (known !== undefined) {
    return known;
  }
  let value = 0;
  const codePoint = digit.codePointAt(0) ?? 0;
  while (value < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(codePoint - value - 1))) {
    value += 1;
  }
  // The only digits that follow another row of digits (the mathematical ones) are normalized before.
  digitValues.set(digit, value);
  return value;
}

/** No number has more characters between two of its groups. Invisible characters and marks on digits do not count, such as those of emoji. */
const LONGEST_GAP = 4;
const LONGEST_INVISIBLE_GAP = 64;
const INVISIBLE = /[\p{Cf}\p{M}\p{Default_Ignorable_Code_Point}]/gu;
/** Separators in a line; in URLs, some are escaped. */
const SEPARATORS = /^[^\S\n\r]*(?:[().,/\\\-_|·،‐-―−][^\S\n\r]*)*$/u;
const ESCAPED_SEPARATOR = /%(?:20|28|29|2[BCDEF])|\\\//gi;

const ASCII_SEPARATORS = " \t().,/\\-_|";

/** Whether two groups belong to one number as people write it: with at most four separators between them, in one line. */
export function isSeparator(gap: string): boolean {
  if (gap.length === 1 && gap < "\u0080") {
    return ASCII_SEPARATORS.includes(gap);
  }
  if (gap.length > LONGEST_INVISIBLE_GAP) {
    return false;
  }
  const visible = gap.replaceAll(INVISIBLE, "").replaceAll(ESCAPED_SEPARATOR, " ").normalize("NFKC");
  return visible.length <= LONGEST_GAP && SEPARATORS.test(visible);
}
