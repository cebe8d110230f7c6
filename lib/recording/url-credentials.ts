import type { Json } from "@/lib/call/facts";

/**
 * The credentials in URLs that the vendor and the scenarios' tools send. Anyone who has such a URL can open the recording or act for its owner, so no
 * page, export or shown body contains them: the signature of a signed URL, the token of a permanent one (`?t=`, `docs/sarj.md`), other
 * parameters that are called so, in the query or the fragment, the user and the password before a host, and JSON Web Tokens anywhere.
 *
 * URLs are also found where they are escaped: in JSON inside JSON (`\u0026`, `\/`), in HTML (`&amp;`), in the parameter of another URL (`%3F`, `%26`),
 * and in UTF-16. Every pattern needs time in proportion to the text.
 */

/** Allows a NUL between the characters of a pattern, because bytes may be UTF-16 text. */
const wide = (...parts: string[]) => parts.join(String.raw`\0?`);
/** JSON inside JSON has more backslashes at each level. */
const BACKSLASHES = String.raw`(?:\\\0?){1,16}`;
/** A character as it is, or escaped in a URL (also twice) or in JSON: `%3D`, `%253D`, `\u003d`, `\x3d`. */
const character = (letter: string, hex: string) =>
  [
    letter,
    String.raw`%\0?(?:2\0?5\0?){0,3}${wide(...hex)}`,
    `${BACKSLASHES}(?:${wide("u", "0", "0")}|x)${String.raw`\0?`}${wide(...hex)}`,
  ].join("|");

/** Where a parameter begins. A semicolon ends `&amp;`. */
const START = String.raw`(?:[;#]|${character(String.raw`\?`, "3F")}|${character("&", "26")}|${character("#", "23")})\0?`;
const NAME = String.raw`(?:(?:[A-Za-z0-9_.%-]|${BACKSLASHES}(?:${wide("u", "0", "0")}\0?)?[0-9A-Fa-f]\0?[0-9A-Fa-f])\0?){1,80}?`;
const EQUALS = String.raw`\0?(?:${character("=", "3D")})\0?`;

/** The beginning of a parameter up to its value. `Signature=` is found outside URLs too. */
const HEAD = new RegExp(`(^|${START})(${NAME})${EQUALS}|(${wide(..."signature")})${EQUALS}`, "gi");

/** A character escaped in JSON, except space, quotation mark and ampersand, which end a value. */
const ESCAPED = `${BACKSLASHES}${wide("u", "0", "0", String.raw`(?!2\0?[026])[2-7]`, "[0-9A-F]")}`;
/** Up to the end of a parameter, whatever it contains. */
const VALUE = new RegExp(String.raw`(?:[^&#"'<>\s\\]|${BACKSLASHES}/|${ESCAPED})+`, "iy");

/** The user and the password before a host: `https://user:password@host`. */
const USER = new RegExp(
  String.raw`((?:${character(":", "3A")})\0?(?:(?:\\\0?){0,16}(?:${character("/", "2F")})\0?){2})((?:[^\s/@"'<>\\?#]){1,300})(?=@)`,
  "gi",
);

/** A JSON Web Token: two or three parts, of which the first is a JSON object in base64url. */
const TOKEN_CHARACTERS = String.raw`(?:[A-Za-z0-9_-]\0?)`;
const TOKEN = new RegExp(
  String.raw`(?<![A-Za-z0-9_-]\0?)${wide(..."eyJ")}\0?${TOKEN_CHARACTERS}{6,}\.\0?${TOKEN_CHARACTERS}{4,}(?:\.\0?${TOKEN_CHARACTERS}*)?`,
  "g",
);

/** `t` is the vendor's, `Policy` and `Key-Pair-Id` CloudFront's, `hdn…` Akamai's; a SAS of Azure is signed by `sig`. */
const NAMES: ReadonlySet<string> = new Set([
  "t",
  "tk",
  "jwt",
  "key",
  "auth",
  "policy",
  "key-pair-id",
  "pass",
  "passwd",
  "pwd",
]);
const NAME_END = /(?:token|signature|sig|secret|password|credentials?|authorization|api[-_]?key|hdn[a-z]{1,3})$/;

function isCredential(name: string): boolean {
  const plain = name
    .replaceAll("\0", "")
    .replaceAll(/(?:%(?:25)*|\\+(?:u00|x))([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
    .toLowerCase();
  return NAMES.has(plain) || NAME_END.test(plain);
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

function hideCredentials(text: string, hide: (value: string) => string): string {
  if (!TRACE.test(text)) {
    return text;
  }
  let hidden = "";
  let from = 0;
  HEAD.lastIndex = 0;
  for (let head = HEAD.exec(text); head !== null; head = HEAD.exec(text)) {
    const [whole, start, name = "signature"] = head;
    const at = head.index + whole.length;
    const isWord = name.toLowerCase() === "t" && !isVendorsToken(start, text, at);
    if (isCredential(name) && !isWord) {
      VALUE.lastIndex = at;
      if (VALUE.test(text)) {
        hidden += text.slice(from, at) + hide(text.slice(at, VALUE.lastIndex));
        from = VALUE.lastIndex;
        HEAD.lastIndex = from;
        continue;
      }
    }
    HEAD.lastIndex = at;
  }
  return (hidden + text.slice(from))
    .replaceAll(USER, (_, before: string, user: string) => before + hide(user))
    .replaceAll(TOKEN, (token) => hide(token));
}

/** The text with an ellipsis instead of each credential. */
export function withoutCredentials(text: string): string {
  return hideCredentials(text, () => "…");
}

/** The bytes with a dot instead of each character of a credential. They are read as Latin-1, so that no other byte changes. */
export function withoutCredentialBytes(bytes: Buffer): Buffer {
  const hidden = hideCredentials(bytes.toString("latin1"), (value) => value.replaceAll(/[^\0]/g, "."));
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
