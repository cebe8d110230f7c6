const KEYBOARD_DIGIT = /[٠-٩۰-۹０-９]/;
/** As many characters can be arguments of one call. */
const CHUNK = 8192;

/** Replaces Arabic, Persian and full-width digits with Latin ones, so that input is independent of the keyboard layout. */
export function latinDigits(text: string): string {
  if (!KEYBOARD_DIGIT.test(text)) {
    return text;
  }
  // `replaceAll` with a function takes ten times as long for a megabyte of digits.
  let latin = "";
  for (let from = 0; from < text.length; from += CHUNK) {
    const codes = new Uint16Array(Math.min(CHUNK, text.length - from));
    for (let at = 0; at < codes.length; at += 1) {
      codes[at] = latinCode(text.charCodeAt(from + at));
    }
    latin += String.fromCharCode(...codes);
  }
  return latin;
}

function latinCode(code: number): number {
  if (code >= 0x0660 && code <= 0x0669) {
    return code - 0x0660 + 0x30;
  }
  if (code >= 0x06f0 && code <= 0x06f9) {
    return code - 0x06f0 + 0x30;
  }
  return code >= 0xff10 && code <= 0xff19 ? code - 0xff10 + 0x30 : code;
}

/** The digits of a text as Latin digits, without any other character. */
export function digitsOf(text: string): string {
  return latinDigits(text).replaceAll(/\D/g, "");
}

/** Digits without any other visible sign between them, as Latin digits. `[from, to)` are string indices. */
export type DigitBlock = { from: number; to: number; digits: string };

/** A longer run is found in parts: one match of millions of digits overflows the stack of the engine. */
const RUN = /\p{Nd}{1,1000}/gu;
/** What is on a screen. Marks of direction, soft hyphens and the like may be between the digits of a block. */
const VISIBLE = /[^\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

/** The blocks of digits of any script in a text, in order, one after another, so that a caller can pause. */
export function* digitBlocks(text: string): Generator<DigitBlock> {
  let block: DigitBlock | null = null;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    const digits = /^[0-9]+$/.test(run) ? run : latinDigitsOfAnyScript(run);
    if (block !== null && !VISIBLE.test(text.slice(block.to, index))) {
      block = { from: block.from, to: index + run.length, digits: block.digits + digits };
    } else {
      if (block !== null) {
        yield block;
      }
      block = { from: index, to: index + run.length, digits };
    }
  }
  if (block !== null) {
    yield block;
  }
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
