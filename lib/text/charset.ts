import { isUtf8 } from "node:buffer";

/** Bytes as text: which character encodings they may be in. */

/** Characters that no text contains. U+FFFD is none of them: senders write it in place of what they could not read. */
const CONTROL = /(?![\t-\r\x7F-\x9F])\p{Cc}/u;

/** The text that bytes are in UTF-8; null if they are none. */
export function readUtf8(bytes: Buffer): string | null {
  const text = isUtf8(bytes) ? bytes.toString("utf8") : null;
  return text === null || CONTROL.test(text) ? null : text;
}

/** `isReadable`: whether the bytes are a text in UTF-8, UTF-16 or UTF-32. `texts`: what they may say, which is something for any bytes. */
export type ReadBytes = { texts: string[]; isReadable: boolean };

/** Reads bytes as text in every encoding in which they may be one, with and without a byte order mark. Never throws. */
export function readBytes(bytes: Buffer): ReadBytes {
  const utf8 = readUtf8(bytes);
  if (utf8 !== null) {
    return { texts: [utf8], isReadable: true };
  }
  const swapped16 = bytes.length % 2 === 0 ? Buffer.from(bytes).swap16() : Buffer.alloc(0);
  const wide = [
    bytes.subarray(0, bytes.length - (bytes.length % 2)).toString("utf16le"),
    swapped16.toString("utf16le"),
    utf32(bytes, (at) => bytes.readUInt32LE(at)),
    utf32(bytes, (at) => bytes.readUInt32BE(at)),
  ];
  // With the bytes as they are, also digits in an encoding that extends ASCII are found, such as Windows-1256.
  return {
    texts: [bytes.toString("utf8"), ...wide, bytes.toString("latin1").replaceAll("\0", "")].filter(
      (text) => text !== "",
    ),
    isReadable: wide.some(isWideText),
  };
}

/** Random bytes may well be characters of UTF-16, but these are hardly ever ASCII. */
const MIN_ASCII = 0.1;

function isWideText(text: string): boolean {
  const ascii = text.match(/[\t\n\r -~]/g)?.length ?? 0;
  return text.isWellFormed() && !CONTROL.test(text) && ascii >= Math.max(1, text.length * MIN_ASCII);
}

/** "" if the bytes are not UTF-32. */
function utf32(bytes: Buffer, read: (at: number) => number): string {
  if (bytes.length === 0 || bytes.length % 4 !== 0) {
    return "";
  }
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const code = read(at);
    if (code > 0x10ffff) {
      return "";
    }
    parts.push(String.fromCodePoint(code));
  }
  return parts.join("");
}
