import { callTimes } from "./calendar";
import type { Language, Outcome, VendorCall } from "./contract";
import type { ScenarioId } from "./dialogues/dialogue";
import { scriptsIn } from "./dialogues/index";
import { draftCall, spokenFor } from "./draft";
import { type Fate, fateAt, fates } from "./fates";
import { customers } from "./people";
import { random } from "./random";
import { lengthOf, recordCall } from "./record";

export interface GenerateOptions {
  seed: string;
  count: number;
  /** Milliseconds since the epoch; every call is made after `from` and over before `to`, its report perhaps not. */
  from: number;
  to: number;
}

/**
 * Calls as the vendor knows them, in the order in which they were made. The same options give the same calls, to the
 * byte. From 100 calls on, every type (an unknown one included), every status and every oddity occurs.
 */
export function generateCalls({ seed, count, from, to }: GenerateOptions): VendorCall[] {
  // With the span in it: a later history holds other calls, not the same ids at other times.
  const draw = random(`${seed}/calls/${from}/${to}`);
  const people = customers(draw.fork("people"), Math.max(12, Math.round(count / 2.4)));
  const times = callTimes(draw.fork("times"), count, from, to);
  return fates(draw.fork("fates"), times).map((fate, index) => {
    const own = draw.fork(`call ${index}`);
    const at = times[index] ?? from;
    const draft = draftCall(own, fate, own.pick(people), at, {});
    return recordCall(own.fork("record"), draft, Math.min(at, to - lengthOf(draft) * 1000));
  });
}

export interface OneCallOptions {
  seed: string;
  /** When the call was over, in milliseconds since the epoch. */
  endedAt: number;
  /** Default: as it comes. */
  outcome?: Outcome;
  language?: Language;
  scenario?: ScenarioId;
  /** true: a plain conversation with a recording, where there is one in that language; false: one without. */
  recorded?: boolean;
  /** Seconds from the end of the call to its report; the webhook then goes out without it. Default: about two minutes. */
  reportDelaySeconds?: number;
}

/** One call that has just ended, for live play and for tests. Deterministic as `generateCalls` is. */
export function generateCall(options: OneCallOptions): VendorCall {
  const { seed, endedAt, outcome, language, scenario, recorded, reportDelaySeconds } = options;
  const draw = random(`${seed}/one`);
  const drawn = fateAt(draw.fork("fate"), endedAt, recorded === true ? "complete" : outcome);
  const fate: Fate =
    drawn.outcome === "complete" && recorded === true ? { ...drawn, manner: "usual", quirk: "none" } : drawn;
  const people = customers(draw.fork("people"), 80);
  const fitting = people.filter(
    (person) =>
      (language === undefined || language === person.language) &&
      (scenario === undefined || scriptsIn(person.language).some((script) => script.scenario === scenario)) &&
      (recorded !== true || spokenFor(person, scenario).length > 0),
  );
  const draft = draftCall(draw.fork("call"), fate, draw.pick(fitting.length > 0 ? fitting : people), endedAt, {
    ...(scenario === undefined ? {} : { scenario }),
    ...(recorded === undefined ? {} : { recorded }),
  });
  return recordCall(draw.fork("record"), draft, endedAt - lengthOf(draft) * 1000, reportDelaySeconds);
}
