import { type CallPlan, type CompletePlan, isDialled, type Outage, planDial } from "./call-plans";
import type { DialOutcome, RetryFields, VendorCall } from "./contract";
import { draftBooking, draftDial } from "./draft";
import type { Random } from "./random";
import { isRetried, nextDialAt, RETRY_POLICIES, type RetryPolicy } from "./retry-policies";
import type { Subject } from "./subject";
import { type CallTimes, dialledAtOnce, durationOf, toVendorCall } from "./vendor-call";

/** A contact to be made: one person with one matter, dialled until they answer or the retry policy gives up. */
export interface ContactOptions {
  subject: Subject;
  /** When the first dial begins, in milliseconds since the epoch. For a booking: when it is booked for. */
  startAt: number;
  /** When the first call was booked; null: it is dialled at once. */
  bookedAt: number | null;
  /** How the conversation goes if the person answers. */
  answer: CompletePlan;
  /** The plans of the calls, in order: the contact ends with the last one. Default: drawn, as the policy allows. */
  chain?: readonly CallPlan[];
  outage?: Outage | null;
  /** Divides the pauses between dials. */
  pace?: number;
  /** If the first dial is not booked, it begins earlier if necessary, so that it ends by this time. */
  firstEndsBy?: number;
  reportDelaySeconds?: number;
}

/** The chances that a pending retry is cancelled, expires, or is stuck at the vendor instead of being dialled. */
const RETRY_FATES = [
  ["dialled", 93.5],
  ["cancelled", 4],
  ["expired", 1.9],
  ["stuck", 0.6],
] as const;

/** The same for a booking. */
const BOOKING_FATES = [
  ["dialled", 82],
  ["cancelled", 13],
  ["expired", 5],
] as const;

/**
 * Generates the calls of one contact: every dial is a call of its own, and so is a booking or a retry that is called off. The calls may
 * lie in the future. Never returns an empty list.
 */
export function generateContact(draw: Random, options: ContactOptions): VendorCall[] {
  const { subject, startAt, bookedAt, chain, pace = 1 } = options;
  const policy = RETRY_POLICIES[subject.script.scenario];
  const calls: VendorCall[] = [];
  let booked: Booked = { createdAt: bookedAt, at: startAt };
  let rootId: string | null = null;
  for (let attempt = 1; ; attempt += 1) {
    const own = draw.fork(`attempt ${attempt}`);
    const plan = chain === undefined ? drawPlan(own.fork("plan"), attempt, booked, options) : chain[attempt - 1];
    if (plan === undefined) break;
    const retry: RetryFields = { retry_attempt_number: attempt, root_call_id: rootId, next_retry_at: null };
    if (!isDialled(plan)) {
      const draft = draftBooking(own, plan.outcome, subject);
      const times = timesOfBooking(own.fork("times"), plan.outcome, booked, policy, pace);
      calls.push(toVendorCall(own.fork("record"), draft, times, retry));
      break;
    }
    const draft = draftDial(own, plan, subject, undefined);
    const times = timesOfDial(own.fork("times"), booked, durationOf(draft), attempt, options);
    const endedAt = (times.dialledAt ?? 0) + durationOf(draft) * 1000;
    const goesOn =
      chain === undefined ? attempt <= policy.maxRetries && mayRetry(own, plan.outcome) : attempt < chain.length;
    if (goesOn) booked = { createdAt: endedAt, at: nextDialAt(policy, endedAt, pace) };
    retry.next_retry_at = goesOn ? new Date(booked.at).toISOString() : null;
    calls.push(toVendorCall(own.fork("record"), draft, times, retry, options.reportDelaySeconds));
    if (!goesOn) break;
    rootId ??= draft.id;
  }
  return withVariablesOfLast(calls);
}

/** `createdAt`: null for a first call that is dialled at once. */
interface Booked {
  createdAt: number | null;
  at: number;
}

function drawPlan(draw: Random, attempt: number, booked: Booked, { answer, outage = null }: ContactOptions): CallPlan {
  if (booked.createdAt !== null) {
    const fate = draw.weighted<(typeof RETRY_FATES)[number][0]>(attempt === 1 ? BOOKING_FATES : RETRY_FATES);
    if (fate !== "dialled") return { outcome: fate };
  }
  return planDial(draw, booked.at, attempt, answer, outage);
}

/** Half of the people who rejected a call are left alone. */
function mayRetry(draw: Random, outcome: DialOutcome): boolean {
  return isRetried(outcome) && (outcome !== "user_rejected" || draw.fork("again").chance(0.5));
}

/** A booking or a retry is dialled within seconds of its time. */
function timesOfDial(
  draw: Random,
  booked: Booked,
  seconds: number,
  attempt: number,
  { firstEndsBy = Infinity }: ContactOptions,
): CallTimes {
  if (booked.createdAt === null) return dialledAtOnce(Math.min(booked.at, firstEndsBy - seconds * 1000));
  const delay = draw.int(500, attempt === 1 ? 8000 : 20_000);
  return { createdAt: booked.createdAt, scheduledAt: booked.at, dialledAt: booked.at + delay, calledOffAt: null };
}

function timesOfBooking(
  draw: Random,
  outcome: "cancelled" | "expired" | "stuck",
  { createdAt, at }: Booked,
  { expireAfter }: RetryPolicy,
  pace: number,
): CallTimes {
  const made = createdAt ?? at - 3_600_000;
  const calledOffAt =
    outcome === "stuck"
      ? null
      : outcome === "expired"
        ? at + Math.round(expireAfter / pace)
        : Math.round(made + (at - made) * (0.15 + 0.7 * draw.next()));
  return { createdAt: made, scheduledAt: at, dialledAt: null, calledOffAt };
}

/** A conversation with a recording mentions variables of its own, which all calls of the contact have. */
function withVariablesOfLast(calls: readonly VendorCall[]): VendorCall[] {
  const variables = calls.at(-1)?.data.variables ?? {};
  return calls.map((call) => ({ ...call, data: { ...call.data, variables } }));
}
