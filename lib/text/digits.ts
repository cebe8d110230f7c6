/** Replaces Arabic, Persian and full-width digits with Latin ones, so that input is independent of the keyboard layout. */
export function latinDigits(text: string): string {
  return text
    .replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replaceAll(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0))
    .replaceAll(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10));
}

/** The digits of a text as Latin digits, without any other character. */
export function digitsOf(text: string): string {
  return latinDigits(text).replaceAll(/\D/g, "");
}

/** Digits without any other visible sign between them, as Latin digits. `[from, to)` are string indices. */
export type DigitBlock = { from: number; to: number; digits: string };

/** Digits of any script. Signs that are on no screen, such as marks of direction and soft hyphens, may be between them. */
const BLOCK = /\p{Nd}(?:[\p{Cf}\p{Default_Ignorable_Code_Point}]*\p{Nd})*/gu;

/** The blocks of digits in a text, in order. */
export function digitBlocks(text: string): DigitBlock[] {
  return [...text.matchAll(BLOCK)].map(({ 0: block, index }) => ({
    from: index,
    to: index + block.length,
    digits: /^[0-9]+$/.test(block) ? block : latinDigitsOfAnyScript(block),
  }));
}

const DIGIT = /\p{Nd}/gu;
const IS_DIGIT = /^\p{Nd}$/u;

function latinDigitsOfAnyScript(text: string): string {
  return (text.match(DIGIT) ?? []).map(digitValue).join("");
}

/** Unicode encodes the ten digits of a script one after the other, beginning with zero (Unicode Standard, 4.6). */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (IS_DIGIT.test(String.fromCodePoint(zero - 1))) {
    zero -= 1;
  }
  return (code - zero) % 10;
}
