import type { Json } from "@/lib/call/facts";

/** How programs write "no value" as text, in lower case and without spaces. `nan` is JSON's spelling of a missing number in Python. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  "",
  "null",
  "none",
  "nil",
  "undefined",
  "nan",
  "n/a",
  "#n/a",
  "<na>",
  "objectobject",
]);
/** Python's missing time. In other letters, it is a name. */
const NOT_A_TIME = "NaT";

/** What programs put around a word or a list: `<nil>`, `(null)`, `"null"`, `[None]`, `{}`, `[object Object]`. */
const PAIRS: ReadonlyMap<string, string> = new Map([
  ["<", ">"],
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
]);

/**
 * White space, and signs without an appearance: a text of them alone is empty on every screen. U+FFFD stands for a character that could
 * not be stored, such as NUL.
 */
const INVISIBLE = /[\s\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\uFFFD]/gu;

/** A text that is longer is never a placeholder. */
const LONGEST_PLACEHOLDER = 64;

/** Whether a text shows nothing on a screen. */
export function isBlank(text: string): boolean {
  return text.replace(INVISIBLE, "") === "";
}

/** Begins with a visible sign with which no placeholder begins, as nearly every text. */
const SAYS_SOMETHING = /^[a-mp-tv-zA-MP-TV-Z0-9+\u0621-\u064A]/;

/** Whether a text says nothing: it is empty or blank, or the word of a programming language for "no value", also in quotes or brackets. */
export function isSilentText(text: string): boolean {
  if (SAYS_SOMETHING.test(text)) {
    return false;
  }
  const visible = text.replace(INVISIBLE, "");
  return visible === "" || (visible.length <= LONGEST_PLACEHOLDER && (isPlaceholder(visible) || isSilentJson(visible)));
}

function isPlaceholder(visible: string): boolean {
  const word = unwrapped(visible);
  return word === NOT_A_TIME || PLACEHOLDERS.has(word.toLowerCase()) || PLACEHOLDERS.has(visible.toLowerCase());
}

/** Removes the quotes and brackets around a text, as many as there are. */
function unwrapped(text: string): string {
  let depth = 0;
  while (text.length - 2 * depth >= 2 && PAIRS.get(text.charAt(depth)) === text.charAt(text.length - 1 - depth)) {
    depth += 1;
  }
  return text.slice(depth, text.length - depth);
}

/** Whether a text is JSON that says nothing: `[null, ""]`, `{"name": null}`. */
function isSilentJson(text: string): boolean {
  if (!/^["[{]/.test(text)) {
    return false;
  }
  try {
    return isSilent(JSON.parse(text) as Json);
  } catch {
    return false;
  }
}

/**
 * Whether a value says nothing: null, a silent text, an empty list or object, or one whose leaves all say nothing. Such a value means
 * "did not say" wherever it occurs, and never outranks a value that says something. Numbers and booleans always say something.
 */
export function isSilent(value: Json | undefined): boolean {
  if (value === undefined || value === null) {
    return true;
  }
  if (typeof value === "string") {
    return isSilentText(value);
  }
  return typeof value === "object" && Object.values(value).every(isSilent);
}
