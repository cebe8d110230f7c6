import type { CallPlan } from "./call-plans";
import type { Direction, Language } from "./contract";
import type { Customer } from "./customers";
import type { Course, ScenarioId, Script } from "./dialogues/dialogue";
import { scriptsIn } from "./dialogues/scripts";
import { callFacts } from "./facts";
import type { Random } from "./random";
import { recordedDialoguesFor } from "./recorded-dialogues";
import type { Facts } from "./template";

/** What all calls of a contact have in common: the person and the matter. */
export interface Subject {
  customer: Customer;
  script: Script;
  facts: Facts;
  variables: Record<string, unknown>;
  direction: Direction;
  /** As the API gives them. A few are null. */
  scenarioId: ScenarioId | null;
  language: Language | null;
}

export interface SubjectOptions {
  scenario?: ScenarioId;
  /** true: with a recording if a suitable one exists; false: without a recording. Default: random. */
  recorded?: boolean;
}

/** The probability that only scenarios with a recording are considered. */
const RECORDED_SCENARIO_SHARE = 0.6;

const SCENARIO_WEIGHTS: Record<ScenarioId, number> = {
  "payment-reminder": 25,
  "delivery-confirmation": 27,
  "appointment-reminder": 16,
  "satisfaction-survey": 12,
  "card-activation": 10,
  "real-estate-lead": 7,
  "order-support": 12,
};

/**
 * Draws the matter of a contact with this customer, so that it suits the plan: for a transfer, for example, a scenario with a transfer.
 * The dates in its texts depend on `at`, the approximate time of the call.
 */
export function chooseSubject(
  draw: Random,
  plan: CallPlan,
  customer: Customer,
  at: number,
  options: SubjectOptions,
): Subject {
  const script = pickScript(draw.fork("script"), customer, plan, options);
  const { facts, variables } = callFacts(draw.fork("facts"), script.scenario, customer, at);
  const gaps = draw.fork("gaps");
  return {
    customer,
    script,
    facts,
    variables,
    direction: script.scenario === "order-support" ? "inbound" : "outbound",
    scenarioId: gaps.chance(0.004) ? null : script.scenario,
    language: gaps.chance(0.006) ? null : customer.language,
  };
}

function pickScript(draw: Random, customer: Customer, plan: CallPlan, options: SubjectOptions): Script {
  const scripts = scriptsIn(customer.language);
  const ending = earlyEnding(plan);
  // Use the first of these lists that is not empty.
  const candidates = [
    scripts.filter(({ scenario }) => scenario === options.scenario),
    scripts.filter(({ courses }) => ending !== undefined && courses.some(({ status }) => status === ending)),
    scripts.filter(
      ({ scenario }) =>
        mayBeRecorded(plan) &&
        options.recorded !== false &&
        (options.recorded === true || draw.chance(RECORDED_SCENARIO_SHARE)) &&
        recordedDialoguesFor(customer, scenario).length > 0,
    ),
    // Calls about orders are inbound, so they are always complete.
    scripts.filter(({ scenario }) => plan.outcome === "complete" || scenario !== "order-support"),
  ].find((list) => list.length > 0);
  return draw.weighted((candidates ?? scripts).map((script) => [script, SCENARIO_WEIGHTS[script.scenario]] as const));
}

/** Whether the call may have a recording. Only usual conversations by voice have one. */
export function mayBeRecorded(plan: CallPlan): boolean {
  return plan.outcome === "complete" && plan.conversation === "usual" && plan.payload !== "chat";
}

/** Returns the status with which the conversation ends before its closing; undefined if it has a closing. */
export function earlyEnding(plan: CallPlan): Course["status"] {
  const conversation = plan.outcome === "complete" ? plan.conversation : "usual";
  return conversation === "transferred" || conversation === "user_rejected" || conversation === "timeout"
    ? conversation
    : undefined;
}
