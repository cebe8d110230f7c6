import type { Json } from "@/lib/call/facts";
import { runInTurns } from "@/lib/next-turn";
import { mapJson } from "@/lib/text/map-json";
import { findJoinedNumbers, type NumberRule } from "@/lib/transcript/joined-digits";

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
  const rule = ruleFor(number);
  const kept = new Map<string, string | number>();
  const aside = yield* mapJson(value, (leaf) => keepingAside(leaf, rule, kept));
  const masked = yield* maskNumbersInSteps(aside, `+${number.digits}`);
  return yield* mapJson(masked, (leaf) => (typeof leaf === "string" ? putBack(leaf, kept) : leaf));
}

/** @param kept receives what is replaced, by its name: letters, because digits would be masked */
function* keepingAside(
  leaf: string | number,
  rule: NumberRule,
  kept: Map<string, string | number>,
): Generator<undefined, string | number> {
  const text = String(leaf);
  let aside = "";
  let at = 0;
  for (const { from, to } of (yield* findJoinedNumbers([{ speaker: "", text }], rule)).flat()) {
    const name = String(kept.size).replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "");
    aside += text.slice(at, from) + BEGIN + name + END;
    kept.set(name, typeof leaf === "number" ? leaf : text.slice(from, to));
    at = to;
  }
  return at === 0 ? leaf : aside + text.slice(at);
}

function putBack(text: string, kept: ReadonlyMap<string, string | number>): string | number {
  const whole = text.startsWith(BEGIN) && text.endsWith(END) ? kept.get(text.slice(1, -1)) : undefined;
  return typeof whole === "number"
    ? whole
    : text.replaceAll(KEPT, (found, name: string) => String(kept.get(name) ?? found));
}
