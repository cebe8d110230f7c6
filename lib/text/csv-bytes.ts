/**
 * Writes cells of CSV into bytes, for files of millions of rows. Most texts need neither a guard nor another look: they are copied byte by byte, without
 * becoming strings. The result equals that of `csvCell` for every text.
 */

/** Comma and quotation mark: the cell is quoted. */
const QUOTED = 1;
/** Only `csvCell` and the caller know what becomes of the text. */
const SPECIAL = 2;
/** It depends on the neighbours: `isHarmless`. */
const CHECKED = 4;

/**
 * What each byte of UTF-8 means for its text. Copied are ASCII except control characters and the characters that begin a credential (`= % @ \`: see
 * `lib/recording/url-credentials.ts`), and the letters of Latin-1 and of U+0600 to U+06FF. Among all others are spaces, signs that show nothing, and
 * full-width signs.
 */
const MEANING = new Uint8Array(256).fill(SPECIAL);
MEANING.fill(0, 0x20, 0x7f);
MEANING.fill(0, 0x80, 0xc0);
for (const lead of [0xc3, 0xd8, 0xd9, 0xda, 0xdb]) {
  MEANING[lead] = 0;
}
for (const character of "=%@\\") {
  MEANING[character.charCodeAt(0)] = SPECIAL;
}
for (const character of ',"') {
  MEANING[character.charCodeAt(0)] = QUOTED;
}
const SEMICOLON = 0x3b;
const LETTER_J = 0x4a;
/** Leads U+0080 to U+00BF, where guillemets are. */
const LATIN_1_SIGNS = 0xc2;
/** Leads U+2000 to U+2FFF, where dashes, quotation marks and the ellipsis are. */
const PUNCTUATION = 0xe2;
for (const byte of [SEMICOLON, LETTER_J, LATIN_1_SIGNS, PUNCTUATION]) {
  MEANING[byte] = CHECKED;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;

export class CsvBytes {
  #bytes: Buffer;
  #length = 0;

  /** @param size an estimate of the result, in bytes */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(size, 64));
  }

  /** What was written so far. */
  result(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Ends a cell: the comma after it. */
  comma(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = COMMA;
  }

  commas(count: number): void {
    this.#reserve(count);
    this.#bytes.fill(COMMA, this.#length, this.#length + count);
    this.#length += count;
  }

  endLine(): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = 0x0d;
    this.#bytes[this.#length++] = 0x0a;
  }

  /** Writes a text that contains nothing to guard or to quote. */
  ascii(text: string): void {
    this.#reserve(text.length);
    for (let at = 0; at < text.length; at += 1) {
      this.#bytes[this.#length++] = text.charCodeAt(at);
    }
  }

  /** Writes a cell that `csvCell` has made. */
  cell(cell: string): void {
    this.#reserve(cell.length * 3);
    this.#length += this.#bytes.write(cell, this.#length);
  }

  /** Writes a number of `width` digits, with zeros in front. */
  digits(value: number, width: number): void {
    this.#reserve(width);
    let rest = value;
    for (let at = this.#length + width - 1; at >= this.#length; at -= 1) {
      this.#bytes[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#length += width;
  }

  /** Copies bytes that contain nothing to guard or to quote. */
  copy(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const target = this.#bytes;
    let to = this.#length;
    for (let at = start; at < end; at += 1) {
      target[to++] = source[at] ?? 0;
    }
    this.#length = to;
  }

  /**
   * Writes a text of UTF-8 as a cell, if it is one whose cell can be told from its bytes. Otherwise returns false and writes nothing: then the caller passes the
   * result of `csvCell` to `cell`. Texts with credentials are never written.
   */
  text(source: Uint8Array, start: number, end: number): boolean {
    if (start === end) {
      return true;
    }
    // Twice: each byte may be a quotation mark. Three: the apostrophe and the quotes around the cell.
    this.#reserve((end - start) * 2 + 3);
    const target = this.#bytes;
    const first = source[start] ?? 0;
    const isGuarded = first === APOSTROPHE || first === PLUS || first === MINUS;
    let to = this.#length;
    if (isGuarded) {
      target[to++] = APOSTROPHE;
    }
    let meanings = 0;
    for (let at = start; at < end; at += 1) {
      const byte = source[at] ?? 0;
      meanings |= MEANING[byte] ?? 0;
      target[to++] = byte;
    }
    if (
      (meanings & SPECIAL) !== 0 ||
      first === SPACE ||
      source[end - 1] === SPACE ||
      ((meanings & CHECKED) !== 0 && !isHarmless(source, start, end)) ||
      (first >= 0x80 && !isLetter(first, source[start + 1] ?? 0))
    ) {
      return false;
    }
    this.#length = (meanings & QUOTED) === 0 ? to : this.#quoted(source, start, end, isGuarded);
    return true;
  }

  #quoted(source: Uint8Array, start: number, end: number, isGuarded: boolean): number {
    const target = this.#bytes;
    let to = this.#length;
    target[to++] = QUOTE;
    if (isGuarded) {
      target[to++] = APOSTROPHE;
    }
    for (let at = start; at < end; at += 1) {
      const byte = source[at] ?? 0;
      if (byte === QUOTE) {
        target[to++] = QUOTE;
      }
      target[to++] = byte;
    }
    target[to++] = QUOTE;
    return to;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
  }
}

/** Whether a text has no start of a JSON Web Token (`eyJ`), no cell inside it that begins with a sign, and no sign that shows nothing. */
function isHarmless(source: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    switch (source[at]) {
      case LETTER_J:
        if (at >= start + 2 && source[at - 1] === 0x79 && source[at - 2] === 0x65) {
          return false;
        }
        break;
      case SEMICOLON:
        if (!isAlphanumeric(source[at + 1] === SPACE ? source[at + 2] : source[at + 1])) {
          return false;
        }
        break;
      case LATIN_1_SIGNS: {
        // Without control characters, the no-break space and the soft hyphen.
        const next = source[at + 1] ?? 0;
        if (next <= 0xa0 || next === 0xad) {
          return false;
        }
        break;
      }
      case PUNCTUATION: {
        // U+2010 to U+2027.
        const last = source[at + 2] ?? 0;
        if (source[at + 1] !== 0x80 || last < 0x90 || last > 0xa7) {
          return false;
        }
        break;
      }
    }
  }
  return true;
}

function isAlphanumeric(byte = 0): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

/** Whether a text that begins with this character cannot begin like a formula: not after a sign that shows nothing (U+0600 to U+0605, U+061C, U+06DD). */
function isLetter(lead: number, next: number): boolean {
  return lead !== 0xd8 && lead !== 0xdb ? true : lead === 0xd8 ? next >= 0xa0 : next !== 0x9d;
}
