/** One character between the groups of a number: a space, a hyphen or dash, and the separators of dates, times, versions and decimals. */
const SPACE = String.raw`[ \u00A0\u2007\u2009\u202F]`;
const TIGHT = String.raw`[-\u2010-\u2013\u2212._/:,\u066B\u066C×*]`;

/** What people write between the groups of a phone number, and also between two numbers: `050 - 111 - 2233`, but `10 - 12` is a range. */
const LOOSE = String.raw`${SPACE}{1,2}(?:[-/\u2010-\u2013]${SPACE}{1,2})?`;
/** As many digits belong to one number, whatever is between them. */
const MIN_PHONE_DIGITS = 7;

/** A code to dial, such as `*920#`. */
const SERVICE_CODE = String.raw`[*#]\p{Nd}+(?:\*\p{Nd}+)*#`;

/**
 * A number in a text, with its sign, its groups and the letters that hang on it: `+966 (0) 50 111 2233`, `2026-11-26`, `10:30`, `-5`,
 * `4471-ORD`. A sign after a letter or digit is a hyphen.
 *
 * @param between what may be between two groups, besides the separators without a space
 */
const numberWith = (between: string) =>
  new RegExp(
    String.raw`(?<![\p{L}\p{N}\p{M}])(?:${SERVICE_CODE}|(?:[-+\u2212#*]|\+${SPACE})?(?:\(\+?\p{Nd}+\)${SPACE}?)?\p{Nd}+(?:(?:\)?${between}\(?|\)|${TIGHT})\p{Nd}+|${TIGHT}[A-Za-z\p{Nd}]+)*)`,
    "gu",
  );
const NUMBER = numberWith(SPACE);
const LOOSE_NUMBER = numberWith(LOOSE);
const SINGLE_GROUP = /^\p{Nd}+$/u;

/**
 * The numbers of a text that Arabic text would draw in the wrong order, as `[from, to)` pairs of string indices: `+966 50 111` would
 * become `111 50 966+`, because each group takes its place from right to left. A number of one group without a sign needs no help.
 */
export function numberRuns(text: string): [from: number, to: number][] {
  return [...text.matchAll(LOOSE_NUMBER)]
    .flatMap(({ 0: run, index }): [number: string, from: number][] =>
      run.replaceAll(/\P{Nd}/gu, "").length >= MIN_PHONE_DIGITS
        ? [[run, index]]
        : [...run.matchAll(NUMBER)].map((inner) => [inner[0], index + inner.index]),
    )
    .filter(([number]) => !SINGLE_GROUP.test(number))
    .map(([number, from]) => [from, from + number.length]);
}
