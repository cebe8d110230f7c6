import type { Json } from "@/lib/call/facts";
import { runInTurns } from "@/lib/next-turn";
import { mapJson } from "@/lib/text/map-json";

import { replaceNumbersInSteps } from "./erase";
import { maskNumbersInSteps } from "./mask";
import { ruleFor } from "./number-forms";
import type { SoughtNumber } from "./pattern";

/**
 * Hides every phone number except one in a JSON value or a text, also those that are said over several turns: for the person to whom that number
 * belongs. For values of any size: the process does other work in between.
 */
export async function maskOtherNumbersIn(value: Json, number: SoughtNumber): Promise<Json> {
  return runInTurns(maskingOthers(value, number));
}

/** The person's number stands aside while the others are masked. Unicode reserves these characters for use inside programs. */
const [BEGIN, END] = ["\uFDD1", "\uFDD2"];
const KEPT = new RegExp(`${BEGIN}([a-j]+)${END}`, "g");

function* maskingOthers(value: Json, number: SoughtNumber): Generator<undefined, Json> {
  const kept = new Map<string, Json>();
  const keep = (original: Json) => {
    // Letters, because digits would be masked.
    const name = String(kept.size).replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "");
    kept.set(name, original);
    return BEGIN + name + END;
  };
  const replacement = { inText: keep, asNumber: keep, ofEncoded: (text: string) => text };
  const aside = yield* replaceNumbersInSteps(value, ruleFor(number), replacement);
  const masked = yield* maskNumbersInSteps(aside, `+${number.digits}`);
  return yield* mapJson(masked, (leaf) => (typeof leaf === "string" ? putBack(leaf, kept) : leaf));
}

function putBack(text: string, kept: ReadonlyMap<string, Json>): string | number {
  const whole = text.startsWith(BEGIN) && text.endsWith(END) ? kept.get(text.slice(1, -1)) : undefined;
  return typeof whole === "number"
    ? whole
    : text.replaceAll(KEPT, (found, name: string) => String(kept.get(name) ?? found));
}
