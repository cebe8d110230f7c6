import { callTimes } from "./calendar";
import { type CallPlan, drawOutage, ONE_OF_EACH, type Outage, planAnswer, planCall } from "./call-plans";
import { generateContact } from "./contact";
import type { Language, Outcome, RetryFields, VendorCall } from "./contract";
import { type Customer, customers } from "./customers";
import type { ScenarioId } from "./dialogues/dialogue";
import { scriptsIn } from "./dialogues/scripts";
import { draftBooking, draftDial } from "./draft";
import { type Random, random } from "./random";
import { recordedDialoguesFor } from "./recorded-dialogues";
import { RETRY_POLICIES, withinWindow } from "./retry-policies";
import { chooseSubject } from "./subject";
import { dialledAtOnce, durationOf, toVendorCall } from "./vendor-call";

const MINUTE = 60_000;
/** The share of contacts that begin with a booking. */
const BOOKING_SHARE = 0.1;
/** The default of the vendor's API for retry fields. */
const ALONE: RetryFields = { retry_attempt_number: 1, root_call_id: null, next_retry_at: null };

export interface GenerateOptions {
  seed: string;
  /** The number of calls that end by `to`: dials, and bookings that were called off. */
  count: number;
  /** Milliseconds since the epoch. The contacts begin in this span. */
  from: number;
  to: number;
}

export interface History {
  /** Exactly `count` calls, ordered by their end. The report of the last ones may come after `to`. */
  calls: VendorCall[];
  /** Bookings and retries that the vendor has not dialled by `to`, with what will happen to them. */
  pending: VendorCall[];
}

/**
 * Generates a history as the vendor stores it: contacts of one to five calls. The same options give exactly the same calls. With at
 * least 100 calls, every type (including an unknown type), every status, every payload variant and every way in which a contact ends
 * occurs.
 *
 * The labels of `fork` are part of the seed, here and in the imported files: a different label gives different calls.
 */
export function generateHistory({ seed, count, from, to }: GenerateOptions): History {
  // The seed contains the time span, so that a later history has different calls and not the same ids with different times.
  const draw = random(`${seed}/calls/${from}/${to}`);
  const people = customers(draw.fork("people"), Math.max(12, Math.round(count / 2.4)));
  const times = callTimes(draw.fork("times"), count, from, to);
  const starts = draw.fork("starts").shuffled(times);
  const outage = times.length >= 400 ? drawOutage(draw.fork("outage"), times) : null;
  const rare = count >= 100 ? rareContacts(draw.fork("rare"), times, to) : [];
  const history: History = { calls: [], pending: [] };
  for (let index = 0; history.calls.length < count; index += 1) {
    const own = draw.fork(`contact ${index}`);
    // A chain that does not fit into the rest is left out. After every start was tried, single calls fill the history.
    const isFiller = index >= starts.length;
    const special = rare[index] ?? (isFiller ? { chain: [planCall(own.fork("plan"), to)] } : {});
    const contact = drawContact(own, own.pick(people), starts[index % starts.length] ?? from, to, outage, special);
    const ended = contact.filter((call) => endOf(call) <= to);
    if (history.calls.length + ended.length > count) continue;
    history.calls.push(...ended);
    history.pending.push(...contact.slice(ended.length));
  }
  history.calls.sort((a, b) => endOf(a) - endOf(b));
  return history;
}

/** Generates the calls of a history that have ended. */
export function generateCalls(options: GenerateOptions): VendorCall[] {
  return generateHistory(options).calls;
}

interface RareContact {
  chain?: readonly CallPlan[];
  startAt?: number;
}

/** The rare contacts of a history. They begin in its first half, so that they end in it; the last one is still tried at its end. */
function rareContacts(draw: Random, times: readonly number[], to: number): RareContact[] {
  return [
    ...ONE_OF_EACH.map((chain) => ({ chain, startAt: times[draw.int(0, times.length >> 1)] ?? to })),
    { chain: [{ outcome: "no_answer", status: "timeout" }, planAnswer(draw)], startAt: to - draw.int(5, 25) * MINUTE },
  ];
}

function drawContact(
  draw: Random,
  customer: Customer,
  start: number,
  to: number,
  outage: Outage | null,
  { chain, startAt = start }: RareContact,
): VendorCall[] {
  const last = chain?.at(-1);
  const answer = last?.outcome === "complete" ? last : planAnswer(draw.fork("answer"));
  // Customers who call themselves are reached at once, so a chain of several calls is about something else.
  const hint = chain === undefined || (chain.length === 1 && last?.outcome === "complete") ? answer : chain[0];
  const subject = chooseSubject(draw.fork("subject"), hint ?? answer, customer, startAt, {});
  const booking = draw.fork("booking");
  const isBooked =
    chain === undefined
      ? subject.direction === "outbound" && booking.chance(BOOKING_SHARE)
      : chain[0]?.outcome === "cancelled" || chain[0]?.outcome === "expired";
  const lead = isBooked ? booking.int(20, 3 * 24 * 60) * MINUTE : 0;
  return generateContact(draw.fork("calls"), {
    subject,
    startAt: isBooked ? withinWindow(startAt + lead, RETRY_POLICIES[subject.script.scenario].retryWindow) : startAt,
    bookedAt: isBooked ? startAt : null,
    answer,
    ...(chain !== undefined ? { chain } : subject.direction === "inbound" ? { chain: [answer] } : {}),
    outage,
    firstEndsBy: to,
  });
}

/** When the vendor knows the call's last word, in milliseconds since the epoch; Infinity for a booking that is stuck. */
function endOf({ data, webhookAt }: VendorCall): number {
  return data.ended_at !== null
    ? Date.parse(data.ended_at)
    : webhookAt === null
      ? Infinity
      : Date.parse(data.updated_at);
}

export interface OneCallOptions {
  seed: string;
  /** The end of the call, in milliseconds since the epoch. For a booking that is called off: when. */
  endedAt: number;
  /** Default: random, of a call that was dialled. */
  outcome?: Outcome;
  language?: Language;
  scenario?: ScenarioId;
  /** true: a usual conversation with a recording, if the language has one; false: without a recording. Default: random. */
  recorded?: boolean;
  /** Seconds from the end of the call to its report. If given, the webhook is sent without the report. Default: about two minutes. */
  reportDelaySeconds?: number;
  /** Where the call stands in its retry group. Default: it is the only call of its contact. */
  retry?: Partial<RetryFields>;
}

/** Generates one call that has just ended. The same options give the same call. */
export function generateCall(options: OneCallOptions): VendorCall {
  const { seed, endedAt, outcome, recorded } = options;
  const draw = random(`${seed}/one`);
  const retry = { ...ALONE, ...options.retry };
  const own = draw.fork("call");
  const customer = drawPerson(draw, options);
  const hours = draw.fork("wait").int(1, 10) * 60 * MINUTE;
  if (outcome === "cancelled" || outcome === "expired") {
    const draft = draftBooking(own, outcome, chooseSubject(own, { outcome }, customer, endedAt, options));
    const times = {
      createdAt: endedAt - 2 * hours,
      scheduledAt: outcome === "expired" ? endedAt - hours : endedAt + hours,
      dialledAt: null,
      calledOffAt: endedAt,
    };
    return toVendorCall(draw.fork("record"), draft, times, retry);
  }
  const drawn = planCall(draw.fork("fate"), endedAt, recorded === true ? "complete" : outcome);
  const plan =
    drawn.outcome === "complete" && recorded === true
      ? ({ ...drawn, conversation: "usual", payload: "usual" } as const)
      : drawn;
  const draft = draftDial(own, plan, chooseSubject(own, plan, customer, endedAt, options), recorded);
  const at = endedAt - durationOf(draft) * 1000;
  const times =
    retry.root_call_id === null
      ? dialledAtOnce(at)
      : { createdAt: at - hours, scheduledAt: at - 3000, dialledAt: at, calledOffAt: null };
  return toVendorCall(draw.fork("record"), draft, times, retry, options.reportDelaySeconds);
}

/**
 * Generates a contact for live calls: its first dial ends at `now`, or for a few it is booked then. The rest lies ahead.
 * @param now milliseconds since the epoch.
 * @param pace divides the pauses between its calls.
 */
export function generateLiveContact(seed: string, now: number, pace: number, reportDelaySeconds: number): VendorCall[] {
  const draw = random(`${seed}/live`);
  const answer = planAnswer(draw.fork("answer"));
  const subject = chooseSubject(draw.fork("subject"), answer, drawPerson(draw, {}), now, {});
  const booking = draw.fork("booking");
  const isBooked = subject.direction === "outbound" && booking.chance(BOOKING_SHARE);
  return generateContact(draw.fork("calls"), {
    subject,
    startAt: isBooked ? now + Math.round((booking.int(30, 5 * 60) * MINUTE) / pace) : now,
    bookedAt: isBooked ? now : null,
    answer,
    ...(subject.direction === "inbound" ? { chain: [answer] } : {}),
    pace,
    firstEndsBy: now,
    reportDelaySeconds,
  });
}

function drawPerson(
  draw: Random,
  { language, scenario, recorded }: Pick<OneCallOptions, "language" | "scenario" | "recorded">,
): Customer {
  const people = customers(draw.fork("people"), 80);
  const fitting = people.filter(
    (person) =>
      (language === undefined || language === person.language) &&
      (scenario === undefined || scriptsIn(person.language).some((script) => script.scenario === scenario)) &&
      (recorded !== true || recordedDialoguesFor(person, scenario).length > 0),
  );
  return draw.pick(fitting.length > 0 ? fitting : people);
}
