import { callAt, contactIdOf } from "./bookings";
import type { CallStore } from "./call-store";
import { type CallStatus, type Direction, type Language, NEVER_DIALLED_TYPES, type Outcome } from "./contract";

/** What the vendor's own books say about one call. Times are ISO 8601. */
export interface CallRecord {
  callId: string;
  /** The id of the contact's first call. */
  contactId: string;
  attempt: number;
  /** The type of its webhook; null: the vendor has not sent one. */
  outcome: Outcome | null;
  /** Whether it was dialled and has ended. */
  isDial: boolean;
  status: CallStatus | null;
  /** The goal's status in the report of the API; null: there is no such report. */
  goal: "success" | "failure" | "error" | null;
  scenarioId: string | null;
  language: Language | null;
  direction: Direction | null;
  phoneNumber: string | null;
  /** Whole seconds. */
  durationSeconds: number | null;
  createdAt: string;
  scheduledAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  /** When a booking or a retry was called off. */
  calledOffAt: string | null;
  /** As the webhook said; null: this was the contact's last word, or there was no webhook. */
  nextRetryAt: string | null;
}

/** Returns a record of every call that the vendor knows at `now` (milliseconds since the epoch), in the order in which they were added. */
export function recordsAt(store: CallStore, now: number): CallRecord[] {
  return [...store.all()].flatMap((call) => {
    const view = callAt(call, now);
    if (view === null) return [];
    const isSent = !store.isPending(call.id);
    const { type, next_retry_at } = call.webhook.payload;
    const isReported = call.reportAt !== null && now >= Date.parse(call.reportAt);
    const isCalledOff = isSent && NEVER_DIALLED_TYPES.some((name) => name === type);
    return {
      callId: call.id,
      contactId: contactIdOf(call),
      attempt: view.retry_attempt_number,
      outcome: isSent ? type : null,
      isDial: call.dialledAt !== null && view.ended_at !== null,
      status: view.status,
      goal: isReported ? (view.report?.outcome.status ?? null) : null,
      scenarioId: view.scenario_id,
      language: view.language,
      direction: view.direction,
      phoneNumber: view.phone_number,
      durationSeconds: view.duration,
      createdAt: view.created_at,
      scheduledAt: view.scheduled_at,
      startedAt: view.started_at,
      endedAt: view.ended_at,
      calledOffAt: isCalledOff ? view.updated_at : null,
      nextRetryAt: isSent ? (next_retry_at ?? null) : null,
    };
  });
}
