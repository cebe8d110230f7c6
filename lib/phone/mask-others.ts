import type { Json } from "@/lib/call/facts";
import { runInTurns } from "@/lib/next-turn";
import { type JsonLeaf, mapJson } from "@/lib/text/map-json";
import { findJoinedNumbers, type NumberRule } from "@/lib/transcript/joined-digits";

import { containsNumber } from "./erase";
import { maskNumbersIn, maskNumbersInSteps } from "./mask";
import { ruleFor } from "./number-forms";
import type { SoughtNumber } from "./pattern";

/**
 * Hides every phone number except one in a JSON value or a text: for the person to whom that number belongs. For values of any size: the process
 * does other work in between.
 */
export async function maskOtherNumbersIn(value: Json, number: SoughtNumber): Promise<Json> {
  const rule = ruleFor(number);
  return runInTurns(
    mapJson(value, (leaf) => {
      if (typeof leaf === "string") {
        return maskAround(leaf, number, rule);
      }
      return containsNumber(leaf, rule) ? leaf : maskNumbersIn<JsonLeaf>(leaf, `+${number.digits}`);
    }),
  );
}

/** Masks what is before, between and after the number's own digits. */
function* maskAround(text: string, number: SoughtNumber, rule: NumberRule): Generator<undefined, string> {
  let masked = "";
  let at = 0;
  for (const { from, to } of findJoinedNumbers([{ speaker: "", text }], rule).flat()) {
    masked += String(yield* maskNumbersInSteps(text.slice(at, from), `+${number.digits}`)) + text.slice(from, to);
    at = to;
  }
  return masked + String(yield* maskNumbersInSteps(text.slice(at), `+${number.digits}`));
}
