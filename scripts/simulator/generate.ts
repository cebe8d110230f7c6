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
  /** Milliseconds since the epoch. Every call starts after `from` and ends before `to`; its report may come later. */
  from: number;
  to: number;
}

/**
 * Calls as the vendor knows them, in the order of their creation. The same options give exactly the same calls. From 100 calls on,
 * every type (an unknown one too), every status and every payload variant occurs.
 *
 * The labels of `fork` are part of the seed, here and in the files below: another label means other calls.
 */
export function generateCalls({ seed, count, from, to }: GenerateOptions): VendorCall[] {
  // The seed contains the time span: a later history has other calls, not the same ids with other times.
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
  /** true: a usual conversation with a recording, if the language has one; false: one without. */
  recorded?: boolean;
  /** Seconds from the end of the call to its report; the webhook is then sent without it. Default: about two minutes. */
  reportDelaySeconds?: number;
}

/** One call that has just ended, for live calls and tests. The same options give the same call. */
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
