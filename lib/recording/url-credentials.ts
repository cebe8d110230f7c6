import type { Json } from "@/lib/call/facts";

/**
 * The credentials in URLs that the vendor sends. Anyone who has such a URL can open the recording, so no page, export or shown body
 * contains them: the signature of a signed URL, and the token of a permanent one (`?t=`, `docs/sarj.md`). Other query parameters that are
 * called so, such as `access_token` or `sig`, are hidden too.
 */

/** Allows a NUL between the characters of a pattern, because bytes may be UTF-16 text. */
const wide = (...parts: string[]) => parts.join(String.raw`\0?`);
/** `letters` as they are, or escaped as in JSON: `\u003d`. */
const character = (letter: string, hex: string) =>
  [letter, wide("%", ...hex), wide(String.raw`\\`, "u", "0", "0", ...hex)].join("|");

/** Where a query parameter begins. A semicolon ends `&amp;`. */
const START = String.raw`(?:;|${character(String.raw`\?`, "3F")}|${character("&", "26")})\0?`;
const NAME = String.raw`(?:(?:[A-Za-z0-9_.-]\0?){0,40}(?:${wide(..."token")}|${wide(..."signature")})|${wide(..."sig")})`;
/** At the beginning of a text, `t` is a credential only if another parameter follows: a text may begin with "t=". */
const PARAMETER = String.raw`(?:(?:^|${START})${NAME}|${START}t|^t(?=\0?=[^&\s]*&))`;
const EQUALS = String.raw`\0?(?:${character("=", "3D")})\0?`;
/** A character escaped in JSON, except space, quotation mark and ampersand, which end a value. */
const ESCAPED = wide(String.raw`\\`, "u", "0", "0", String.raw`(?!2\0?[026])[2-7]`, "[0-9A-F]");
/** Up to the end of a query parameter, whatever it contains. */
const VALUE = String.raw`(?:[^&#"'<>\s\\]|\\\0?/|${ESCAPED})+`;

/** `Signature=` is hidden outside URLs too. */
const CREDENTIAL = new RegExp(`((?:${PARAMETER}|${wide(..."signature")})${EQUALS})(${VALUE})`, "gi");

/** The text with an ellipsis instead of each credential. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(CREDENTIAL, "$1…");
}

/** The bytes with a dot instead of each character of a credential. They are read as Latin-1, so that no other byte changes. */
export function withoutCredentialBytes(bytes: Buffer): Buffer {
  const hidden = bytes
    .toString("latin1")
    .replaceAll(CREDENTIAL, (_, name: string, value: string) => name + value.replaceAll(/[^\0]/g, "."));
  return Buffer.from(hidden, "latin1");
}

/** The value with an ellipsis instead of each credential in its texts and names. */
export function withoutCredentialsIn<Value extends Json>(value: Value): Value {
  return hideIn(value) as Value;
}

function hideIn(value: Json): Json {
  if (typeof value === "string") {
    return withoutCredentials(value);
  }
  if (Array.isArray(value)) {
    return value.map(hideIn);
  }
  return value !== null && typeof value === "object"
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [withoutCredentials(name), hideIn(inner)]))
    : value;
}
