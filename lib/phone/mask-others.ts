import type { Json } from "@/lib/call/facts";
import { findJoinedNumbers } from "@/lib/transcript/joined-digits";

import { containsNumber } from "./erase";
import { maskNumbersIn } from "./mask";
import { ruleFor } from "./number-forms";
import type { SoughtNumber } from "./pattern";

/** Hides every phone number except one in a JSON value or a text: for the person to whom that number belongs. */
export function maskOtherNumbersIn(value: Json, number: SoughtNumber): Json {
  const rule = ruleFor(number);
  const inText = (text: string): string => {
    let masked = "";
    let at = 0;
    for (const { from, to } of findJoinedNumbers([{ speaker: "", text }], rule).flat()) {
      masked += maskNumbersIn(text.slice(at, from), `+${number.digits}`) + text.slice(from, to);
      at = to;
    }
    return masked + maskNumbersIn(text.slice(at), `+${number.digits}`);
  };
  const inside = (inner: Json): Json => {
    if (typeof inner === "string") {
      return inText(inner);
    }
    if (typeof inner === "number") {
      return containsNumber(inner, rule) ? inner : maskNumbersIn(inner as Json, `+${number.digits}`);
    }
    if (Array.isArray(inner)) {
      return inner.map(inside);
    }
    return inner !== null && typeof inner === "object"
      ? Object.fromEntries(Object.entries(inner).map(([name, item]) => [inText(name), inside(item)]))
      : inner;
  };
  return inside(value);
}
