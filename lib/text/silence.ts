import type { Json } from "@/lib/call/facts";

/** How programs write "no value" as text, in lower case and without spaces. `nan` is JSON's spelling of a missing number in Python. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  "null",
  "none",
  "nil",
  "undefined",
  "nan",
  "n/a",
  "(null)",
  "<null>",
  "{}",
  "[]",
  "[objectobject]",
]);

/** White space, and signs without a width: they are on no screen, so a text of them alone is empty. */
const INVISIBLE = /[\s\p{Cf}\p{Cc}\u115F\u1160\u3164\uFFA0\u2800]/gu;

/** A text that is longer is never a placeholder. */
const LONGEST_PLACEHOLDER = 64;

/** Whether a text says nothing: it is empty or blank, or the word of a programming language for "no value". */
export function isSilentText(text: string): boolean {
  const visible = text.replace(INVISIBLE, "");
  return visible === "" || (visible.length <= LONGEST_PLACEHOLDER && PLACEHOLDERS.has(visible.toLowerCase()));
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
