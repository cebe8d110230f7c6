/** One character between the groups of a number: a space, a hyphen or dash, and the separators of dates, times, versions and decimals. */
const SPACE = String.raw`[ \u00A0\u2007\u2009\u202F]`;
const TIGHT = String.raw`[-\u2010-\u2013\u2212._/:,\u066B\u066C×*]`;

/**
 * A number in a text, with its sign, its groups and the letters that hang on it: `+966 (0) 50 111 2233`, `2026-11-26`, `10:30`, `-5`,
 * `4471-ORD`. A sign after a letter or digit is a hyphen.
 */
const NUMBER = new RegExp(
  String.raw`(?<![\p{L}\p{N}\p{M}])[-+\u2212#*]?(?:\(\p{Nd}+\)${SPACE}?)?\p{Nd}+(?:(?:\)?${SPACE}\(?|\)|${TIGHT})\p{Nd}+|${TIGHT}[A-Za-z\p{Nd}]+)*`,
  "gu",
);
const SINGLE_GROUP = /^\p{Nd}+$/u;

/**
 * The numbers of a text that Arabic text would draw in the wrong order, as `[from, to)` pairs of string indices: `+966 50 111` would
 * become `111 50 966+`, because each group takes its place from right to left. A number of one group without a sign needs no help.
 */
export function numberRuns(text: string): [from: number, to: number][] {
  return [...text.matchAll(NUMBER)]
    .filter(([number]) => !SINGLE_GROUP.test(number))
    .map(({ 0: number, index }) => [index, index + number.length]);
}
