/** Unicode's Stream-Safe Text Format (UAX #15, 12.1) allows as many in a row; no language needs more than a few. */
const MOST_MARKS = 30;
/** A mark, or one of the two letters that become marks. */
const MARK = /^[\p{M}\uFF9E\uFF9F]/u;

/**
 * A text in which compatible characters are equal (Unicode's NFKC). Of more than 30 marks in a row the rest is dropped: normalization sorts
 * them, in the square of their number, so that 200,000 of them would block the process for a minute.
 */
export function compatibleForm(text: string): string {
  let safe = "";
  let copied = 0;
  // Of more than 30 in a row, one is at one of these places.
  for (let at = MOST_MARKS; at < text.length; at += MOST_MARKS + 1) {
    let from = at;
    while (from > copied && isMark(text, from - 1)) {
      from -= 1;
    }
    while (at < text.length && isMark(text, at)) {
      at += 1;
    }
    if (at - from > MOST_MARKS) {
      // Without the first half of a character that is cut.
      safe += text.slice(copied, from + MOST_MARKS).replace(/[\uD800-\uDBFF]$/, "");
      copied = at;
    }
  }
  return (safe + text.slice(copied)).normalize("NFKC");
}

/** `at` may be the second half of a character. */
function isMark(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x0300) {
    return false;
  }
  const isSecondHalf = code >= 0xdc00 && code <= 0xdfff;
  return MARK.test(text.slice(isSecondHalf ? at - 1 : at, at + 2));
}
