import { callTimes } from "./calendar";
import { type CallPlan, planCall, planCalls } from "./call-plans";
import type { Language, Outcome, VendorCall } from "./contract";
import { customers } from "./customers";
import type { ScenarioId } from "./dialogues/dialogue";
import { scriptsIn } from "./dialogues/scripts";
import { draftCall } from "./draft";
import { random } from "./random";
import { recordedDialoguesFor } from "./recorded-dialogues";
import { durationOf, toVendorCall } from "./vendor-call";

export interface GenerateOptions {
  seed: string;
  count: number;
  /** Milliseconds since the epoch. The calls are spread over this span and end by `to`; a report may come later. */
  from: number;
  to: number;
}

/**
 * Generates calls as the vendor stores them. The same options give exactly the same calls. With at least 100 calls, every type
 * (including an unknown type), every status and every payload variant occurs.
 *
 * The labels of `fork` are part of the seed, here and in the imported files: a different label gives different calls.
 */
export function generateCalls({ seed, count, from, to }: GenerateOptions): VendorCall[] {
  // The seed contains the time span, so that a later history has different calls and not the same ids with different times.
  const draw = random(`${seed}/calls/${from}/${to}`);
  const people = customers(draw.fork("people"), Math.max(12, Math.round(count / 2.4)));
  const times = callTimes(draw.fork("times"), count, from, to);
  return planCalls(draw.fork("fates"), times).map((plan, index) => {
    const own = draw.fork(`call ${index}`);
    const at = times[index] ?? from;
    const draft = draftCall(own, plan, own.pick(people), at, {});
    return toVendorCall(own.fork("record"), draft, Math.min(at, to - durationOf(draft) * 1000));
  });
}

export interface OneCallOptions {
  seed: string;
  /** The end of the call, in milliseconds since the epoch. */
  endedAt: number;
  /** Default: random. */
  outcome?: Outcome;
  language?: Language;
  scenario?: ScenarioId;
  /** true: a usual conversation with a recording, if the language has one; false: without a recording. Default: random. */
  recorded?: boolean;
  /** Seconds from the end of the call to its report. If given, the webhook is sent without the report. Default: about two minutes. */
  reportDelaySeconds?: number;
}

/** Generates one call that has just ended, for live calls and tests. The same options give the same call. */
export function generateCall(options: OneCallOptions): VendorCall {
  const { seed, endedAt, outcome, language, scenario, recorded, reportDelaySeconds } = options;
  const draw = random(`${seed}/one`);
  const drawn = planCall(draw.fork("fate"), endedAt, recorded === true ? "complete" : outcome);
  const plan: CallPlan =
    drawn.outcome === "complete" && recorded === true ? { ...drawn, conversation: "usual", payload: "usual" } : drawn;
  const people = customers(draw.fork("people"), 80);
  const fitting = people.filter(
    (person) =>
      (language === undefined || language === person.language) &&
      (scenario === undefined || scriptsIn(person.language).some((script) => script.scenario === scenario)) &&
      (recorded !== true || recordedDialoguesFor(person, scenario).length > 0),
  );
  const draft = draftCall(draw.fork("call"), plan, draw.pick(fitting.length > 0 ? fitting : people), endedAt, {
    ...(scenario === undefined ? {} : { scenario }),
    ...(recorded === undefined ? {} : { recorded }),
  });
  return toVendorCall(draw.fork("record"), draft, endedAt - durationOf(draft) * 1000, reportDelaySeconds);
}
