import type { Json } from "@/lib/call/facts";
import { runAtOnce, runInTurns } from "@/lib/next-turn";
import { mapJson } from "@/lib/text/map-json";

/**
 * The credentials in URLs that the vendor and the scenarios' tools send. Anyone who has such a URL can open the recording or act for its owner, so no
 * page, export or shown body contains them: the signature of a signed URL, the token of a permanent one (`?t=`, `docs/sarj.md`), other
 * parameters that are called so, in the query or the fragment, the user and the password before a host, and JSON Web Tokens anywhere.
 *
 * URLs are also found where they are escaped: in JSON inside JSON (`\u0026`, `\/`), in HTML (`&amp;`), in the parameter of another URL (`%3F`, `%26`),
 * and in UTF-16. Every pattern needs time in proportion to the text, and a text is searched in steps of a few milliseconds.
 */

/** Allows a NUL between the characters of a pattern, because bytes may be UTF-16 text. */
const wide = (...parts: string[]) => parts.join(String.raw`\0?`);
/** JSON inside JSON has more backslashes at each level. */
const BACKSLASHES = String.raw`(?:\\\0?){1,16}`;
/** A character as it is, or escaped in a URL (also twice) or in JSON: `%3D`, `%253D`, `\u003d`, `\x3d`. */
const encoded = (hex: string) => String.raw`%\0?(?:2\0?5\0?){0,3}${wide(...hex)}`;
const character = (letter: string, hex: string) =>
  [letter, encoded(hex), `${BACKSLASHES}(?:${wide("u", "0", "0")}|x)${String.raw`\0?`}${wide(...hex)}`].join("|");

/** Where a parameter begins. A semicolon ends `&amp;`. */
const START = String.raw`(?:[;#]|${character(String.raw`\?`, "3F")}|${character("&", "26")}|${character("#", "23")})\0?`;
const NAME = String.raw`(?:(?:[A-Za-z0-9_.%+[\]-]|${BACKSLASHES}(?:${wide("u", "0", "0")}\0?)?[0-9A-Fa-f]\0?[0-9A-Fa-f])\0?){1,80}?`;
const EQUALS = String.raw`\0?(?:${character("=", "3D")})\0?`;

/** The beginning of a parameter up to its value. `Signature=` is found outside URLs too. */
const HEAD = new RegExp(`(^|${START})(${NAME})${EQUALS}|(${wide(..."signature")})${EQUALS}`, "gi");

/** A character escaped in JSON, except space, quotation mark and ampersand, which end a value. */
const ESCAPED = `${BACKSLASHES}${wide("u", "0", "0", String.raw`(?!2\0?[026])[2-7]`, "[0-9A-F]")}`;
/** Up to the end of a parameter, whatever it contains. */
const VALUE = repeated(String.raw`[^&#"'<>\s\\]|${BACKSLASHES}/|${ESCAPED}`, "iy");

/** The user and the password before a host: `https://user:password@host`. The last `@` ends them (WHATWG URL, 4.4). */
const USER = new RegExp(
  String.raw`((?:${character(":", "3A")})\0?(?:(?:\\\0?){0,16}(?:${character("/", "2F")})\0?){2})([^\s/"'<>\\?#]{1,300})(?=@)`,
  "gi",
);
/** The same in the parameter of another URL: `https%3A%2F%2Fuser%3Apassword%40host`. */
const ENCODED_END = ["2F", "3F", "23", "26", "40"].map(encoded).join("|");
const ENCODED_USER = new RegExp(
  String.raw`(${encoded("3A")}\0?(?:${encoded("2F")}\0?){2})((?:(?!${ENCODED_END})[^\s/@"'<>\\?#&]){1,300})(?=${encoded("40")})`,
  "gi",
);

/** A JSON Web Token: two or three parts, of which the first is a JSON object in base64url. */
const TOKEN_CHARACTER = String.raw`[A-Za-z0-9_-]\0?`;
const TOKEN_START = new RegExp(String.raw`(?<![A-Za-z0-9_-]\0?)${wide(..."eyJ")}\0?(?=(?:${TOKEN_CHARACTER}){6})`, "g");
const NEXT_PART = new RegExp(String.raw`\.\0?(?=(?:${TOKEN_CHARACTER}){4})`, "y");
const LAST_PART = /\.\0?/y;
const PART = repeated(TOKEN_CHARACTER, "y");

/** `t` is the vendor's, `Policy` and `Key-Pair-Id` CloudFront's, `hdn…` Akamai's; a SAS of Azure is signed by `sig`. */
const NAMES: ReadonlySet<string> = new Set([
  "t",
  "tk",
  "jwt",
  "policy",
  "key-pair-id",
  "pass",
  "passwd",
  "passcode",
  "pwd",
]);
/**
 * Names that have other uses, `?code=200`: only a long value is a credential. `sign` is Alibaba's and Tencent's, `md5` that of nginx, `verify`
 * Cloudflare's, `code` that of a function of Azure.
 */
const WORDS: ReadonlySet<string> = new Set(["sign", "md5", "verify", "code", "session", "sid"]);
const LONG_VALUE = /(?:[^&#"'<>\s\\]\0?){12}/y;
/** Also `AWSAccessKeyId`, `auth_key`, `PHPSESSID`, `token2`, `__token__`. */
const NAME_END =
  /(?:tokens?|signature|sig|[-_.]sign|secret|password|passphrase|credentials?|authorization|auth|key|sess(?:ion)?id|ticket|hmac|assertion|samlresponse|bearer|hdn[a-z]{1,3})(?:[-_.]?(?:id|v?\d{1,2}))?_*$/;

/** @param at where the value begins */
function isCredential(name: string, text: string, at: number): boolean {
  const plain = name
    .replaceAll("\0", "")
    .replaceAll(/(?:%(?:25)*|\\+(?:u00|x))([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .toLowerCase();
  // `token[]`, `auth[token]`, and with a space that is encoded.
  return plain
    .split(/[[\]+\s]+/)
    .some(
      (part) => NAMES.has(part) || NAME_END.test(part) || (WORDS.has(part) && endOf(LONG_VALUE, text, at) !== null),
    );
}

/**
 * Whether `t` is a credential: in a query. In a fragment it is a time (`#t=5`). At the beginning of a text only if another parameter follows: a text may
 * begin with "t=".
 */
function isVendorsToken(start: string | undefined, text: string, at: number): boolean {
  return start === "" ? /^[^&\s]*&/.test(text.slice(at)) : !/#|23\0?$/.test(start ?? "");
}

/** Every credential is in a text with one of these, so that most texts are done with at once. */
const TRACE = /[=%@\\]|e\0?y\0?J/;

/** A credential and its replacement. A long one is in parts, numbered from 0. */
type Hide = (value: string, part: number) => string;

const ELLIPSIS: Hide = (_, part) => (part === 0 ? "…" : "");
const DOTS: Hide = (value) => value.replaceAll(/[^\0]/g, ".");

/** The text without credentials. Yields every few milliseconds. */
function* hidingIn(text: string, hide: Hide): Generator<undefined, string> {
  if (!TRACE.test(text)) {
    return text;
  }
  const withoutParameters = yield* hidingParameters(text, hide);
  const withoutUsers = yield* hidingUsers(USER, withoutParameters, hide);
  const withoutEncodedUsers = yield* hidingUsers(ENCODED_USER, withoutUsers, hide);
  return yield* hidingTokens(withoutEncodedUsers, hide);
}

function* hidingParameters(text: string, hide: Hide): Generator<undefined, string> {
  let hidden = "";
  let from = 0;
  let at = 0;
  for (let head = yield* next(HEAD, text, at); head !== null; head = yield* next(HEAD, text, at)) {
    const [, start, name = "signature"] = head.match;
    at = head.end;
    const isWord = name.toLowerCase() === "t" && !isVendorsToken(start, text, at);
    if (!isWord && isCredential(name, text, at)) {
      hidden += text.slice(from, at);
      from = at;
      for (let part = 0, end = endOf(VALUE, text, at); end !== null; part += 1, end = endOf(VALUE, text, at)) {
        hidden += hide(text.slice(at, end), part);
        from = end;
        at = end;
        yield;
      }
    }
  }
  return hidden + text.slice(from);
}

function* hidingUsers(pattern: RegExp, text: string, hide: Hide): Generator<undefined, string> {
  let hidden = "";
  let from = 0;
  for (let found = yield* next(pattern, text, 0); found !== null; found = yield* next(pattern, text, from)) {
    const [, before = "", user = ""] = found.match;
    hidden += text.slice(from, found.at) + before + hide(user, 0);
    from = found.end;
  }
  return hidden + text.slice(from);
}

function* hidingTokens(text: string, hide: Hide): Generator<undefined, string> {
  let hidden = "";
  let from = 0;
  let at = 0;
  for (let start = yield* next(TOKEN_START, text, 0); start !== null; start = yield* next(TOKEN_START, text, at)) {
    at = yield* endOfAll(PART, text, start.end);
    const second = endOf(NEXT_PART, text, at);
    if (second !== null) {
      at = yield* endOfAll(PART, text, second);
      const third = endOf(LAST_PART, text, at);
      at = third === null ? at : yield* endOfAll(PART, text, third);
      hidden += text.slice(from, start.at);
      for (let part = 0, of = start.at; of < at; part += 1, of += PIECE) {
        hidden += hide(text.slice(of, Math.min(at, of + PIECE)), part);
        yield;
      }
      from = at;
    }
  }
  return hidden + text.slice(from);
}

/** Characters of a text that are searched at once. The slowest pattern takes some milliseconds. */
const PIECE = 16_384;
/** Longer than the longest match of HEAD, USER and TOKEN_START: 80 characters of a name, each with sixteen backslashes and NULs in between. */
const LONGEST_MATCH = 4_096;
/** How far TOKEN_START looks back. */
const LOOK_BACK = 2;

type Found = { match: RegExpExecArray; at: number; end: number };

/** The first match that begins at `from` or later; null if there is none. */
function* next(pattern: RegExp, text: string, from: number): Generator<undefined, Found | null> {
  for (let start = from; start < text.length; start += PIECE) {
    const offset = Math.max(0, start - LOOK_BACK);
    const piece = text.slice(offset, start + PIECE + LONGEST_MATCH);
    pattern.lastIndex = start - offset;
    const match = pattern.exec(piece);
    const at = offset + (match?.index ?? 0);
    yield;
    if (match !== null && at < start + PIECE) {
      return { match, at, end: at + match[0].length };
    }
  }
  return null;
}

/** Matches at most as many of one element as are found in a few milliseconds. */
function repeated(element: string, flags: string): RegExp {
  return new RegExp(`(?:${element}){1,4096}`, flags);
}

/** The end of what a pattern matches at a place; null if it does not match. */
function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

/** The end of all that a `repeated` pattern matches from a place. */
function* endOfAll(pattern: RegExp, text: string, from: number): Generator<undefined, number> {
  let at = from;
  for (let end = endOf(pattern, text, at); end !== null; end = endOf(pattern, text, at)) {
    at = end;
    yield;
  }
  return at;
}

/** The text with an ellipsis instead of each credential. For short texts. */
export function withoutCredentials(text: string): string {
  return runAtOnce(hidingIn(text, ELLIPSIS));
}

/** The bytes with a dot instead of each character of a credential. They are read as Latin-1, so that no other byte changes. */
export async function withoutCredentialBytes(bytes: Buffer): Promise<Buffer> {
  return Buffer.from(await runInTurns(hidingIn(bytes.toString("latin1"), DOTS)), "latin1");
}

/** The value with an ellipsis instead of each credential in its texts and names. For small values. */
export function withoutCredentialsIn<Value extends Json>(value: Value): Value {
  return runAtOnce(hidingInValue(value)) as Value;
}

/** `withoutCredentialsIn` for values of any size: the process does other work in between. */
export async function withoutCredentialsInTurns<Value extends Json>(value: Value): Promise<Value> {
  return (await runInTurns(hidingInValue(value))) as Value;
}

function hidingInValue(value: Json): Generator<undefined, Json> {
  return mapJson(value, (leaf) => (typeof leaf === "string" && TRACE.test(leaf) ? hidingIn(leaf, ELLIPSIS) : leaf));
}
