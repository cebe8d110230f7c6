import type { SearchParams } from "./call-filter";
import { wordsOf } from "./search-text";

/** Fewer digits in a row name nobody. */
const NAMING_DIGITS = 7;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A list's URL without what asks for a phone number, and the names of what was left out. Whoever sees no numbers does not find them out
 * by trying either: not in the number's own field, and not by searching for one in what was said.
 */
export function withoutNumberQuestions(params: SearchParams): { params: SearchParams; left: string[] } {
  const left = Object.entries(params).flatMap(([name, value]) => (asksForNumber(name, value) ? [name] : []));
  return { params: Object.fromEntries(Object.entries(params).filter(([name]) => !left.includes(name))), left };
}

function asksForNumber(name: string, value: string | string[] | undefined): boolean {
  const text = Array.isArray(value) ? value.join(",") : (value ?? "");
  return name === "phone" ? text !== "" : name === "q" && holdsNumber(text);
}

/** Digits in a row, whatever stands between them; a call's id may hold such a row too. */
function holdsNumber(text: string): boolean {
  if (UUID.test(text.trim())) {
    return false;
  }
  let digits = 0;
  for (const word of wordsOf(text)) {
    digits = /^\p{N}+$/u.test(word) ? digits + word.length : 0;
    if (digits >= NAMING_DIGITS) {
      return true;
    }
  }
  return false;
}
