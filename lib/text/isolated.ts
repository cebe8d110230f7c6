/**
 * Keeps the order of the characters of a text from outside, whatever the direction of the sentence in which it is inserted: an IPv6 address
 * or a masked number would be read backwards in Arabic. Returns the text between U+2068 and U+2069. In JSX, use `Ltr` or `bdi` instead.
 */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
