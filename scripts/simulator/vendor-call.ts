import { callbackOf } from "./callbacks";
import type { ApiCall, RetryFields, TranscriptMessage, TypedReport, VendorCall, WebhookBody } from "./contract";
import type { Draft } from "./draft";
import type { Random } from "./random";

/** The times of a call that are known before its webhook, in milliseconds since the epoch. */
export interface CallTimes {
  /** When it was made or booked. */
  createdAt: number;
  /** When it was booked to be dialled; null: it was dialled at once. */
  scheduledAt: number | null;
  /** When it is dialled; null: never. */
  dialledAt: number | null;
  /** When a booking was called off; null: it was dialled, or is stuck. */
  calledOffAt: number | null;
}

/** Returns the times of a call that is dialled as soon as it is made. */
export function dialledAtOnce(at: number): CallTimes {
  return { createdAt: at, scheduledAt: null, dialledAt: at, calledOffAt: null };
}

/** Returns the seconds from the start of dialling to the end of the call. */
export function durationOf(draft: Draft): number {
  return draft.ringSeconds + (draft.talkSeconds ?? 0);
}

/**
 * Returns the vendor's data about a call: the webhook and the API data.
 * @param reportDelaySeconds seconds from the end of the call to its report. If given, the webhook is sent at the end of the call,
 *   without the report. Default: about two minutes, and most webhooks with a report wait for it.
 */
export function toVendorCall(
  draw: Random,
  draft: Draft,
  times: CallTimes,
  retry: RetryFields,
  reportDelaySeconds?: number,
): VendorCall {
  const { createdAt, scheduledAt, dialledAt, calledOffAt } = times;
  const base = {
    id: draft.id,
    created_at: iso(createdAt),
    status: draft.status.api,
    phone_number: draft.phone,
    scenario_id: draft.scenarioId,
    language: draft.language,
    direction: draft.direction,
    variables: draft.variables,
    scheduled_at: scheduledAt === null ? null : iso(scheduledAt),
    is_retry: retry.root_call_id !== null,
    ...retry,
    recording_url: null,
    permanent_recording_url: null,
  };
  if (dialledAt === null) {
    const data: ApiCall = {
      ...base,
      updated_at: iso(calledOffAt ?? createdAt),
      duration: null,
      transcript: null,
      report: null,
      started_at: null,
      ended_at: null,
    };
    return {
      id: draft.id,
      webhook: webhookOf(draw, draft, data, null),
      data,
      dialledAt: null,
      webhookAt: calledOffAt === null ? null : iso(calledOffAt + draw.int(300, 2000)),
      reportAt: null,
      recording: null,
    };
  }

  const answeredAt = dialledAt + draft.ringSeconds * 1000;
  const endedAt = answeredAt + (draft.talkSeconds ?? 0) * 1000;
  const reportedAt = endedAt + Math.round((reportDelaySeconds ?? draw.int(95, 150)) * 1000);
  const waitsForReport = draft.report !== null && reportDelaySeconds === undefined && draw.chance(0.7);
  const webhookAt = waitsForReport ? reportedAt + 1500 : endedAt + draw.int(800, 4000);
  const typed: TypedReport | null =
    draft.report === null || draft.report.own !== null
      ? null
      : {
          generated_at: iso(reportedAt),
          outcome: {
            status: draft.report.goal,
            reason: draft.report.reason,
            success_criteria: draft.report.criteria,
          },
        };
  const data: ApiCall = {
    ...base,
    updated_at: iso(typed === null ? webhookAt : reportedAt),
    duration: draft.talkSeconds,
    transcript: draft.messages === null ? null : spokenOnly(draft.messages),
    report: typed,
    started_at: draft.talkSeconds === null ? null : iso(answeredAt),
    ended_at: iso(endedAt),
  };
  return {
    id: draft.id,
    webhook: webhookOf(draw, draft, data, waitsForReport ? endedAt : null),
    data,
    dialledAt: iso(dialledAt),
    webhookAt: iso(webhookAt),
    reportAt: typed === null ? null : iso(reportedAt),
    recording: draft.recording,
  };
}

/** @param reportedEnd the end of the call if the webhook waits for the report, else null. */
function webhookOf(draw: Random, draft: Draft, data: ApiCall, reportedEnd: number | null): WebhookBody {
  const { retry_attempt_number, root_call_id, next_retry_at } = data;
  const retry = { retry_attempt_number, root_call_id, next_retry_at };
  if (draft.outcome !== "complete") return { call_id: draft.id, payload: { type: draft.outcome, ...retry } };
  const complete = { type: "complete", call_started: data.started_at, response_body: draft.response } as const;
  if (draft.withoutCallData) return { call_id: draft.id, payload: { ...complete, call_data: null, ...retry } };
  const bare = draft.interaction === null;
  return {
    call_id: draft.id,
    payload: {
      ...complete,
      call_data: {
        call_id: draft.id,
        direction: draft.direction,
        phone_number: bare ? null : data.phone_number,
        status: draft.status.webhook,
        total_duration: data.duration,
        interaction_type: draft.interaction,
        enhanced_transcript:
          draft.messages === null ? null : { transcript: { messages: draft.messages }, errors: draft.corrections },
        // A report in a form specific to the scenario is not in the API, so the webhook always has it.
        report:
          draft.report?.own ??
          (reportedEnd === null ? null : webhookReport(draw.fork("report"), draft, data, reportedEnd)),
        recording_url: null,
        permanent_recording_url: null,
        created_at: data.created_at,
        started_at: data.started_at,
        ended_at: data.ended_at,
      },
      ...retry,
    },
  };
}

/** Returns the typed report as webhooks have it: with a callback, and in rare cases without its time or its criteria. */
function webhookReport(draw: Random, draft: Draft, { report }: ApiCall, endedAt: number) {
  if (report === null || draft.report === null) return null;
  const { callback } = draft.report;
  const { success_criteria, ...outcome } = report.outcome;
  return {
    ...(draw.chance(0.02) ? {} : { generated_at: report.generated_at }),
    outcome: { ...outcome, ...(draw.chance(0.02) ? {} : { success_criteria }) },
    callback: callback === null ? null : callbackOf(callback, endedAt),
  };
}

/** Returns the transcript for the API: only spoken messages, two roles, no times. */
function spokenOnly(messages: readonly TranscriptMessage[]): ApiCall["transcript"] {
  return messages.flatMap((message) => {
    if ("type" in message && message.type !== "message") return [];
    const { role, content } = message;
    return NOT_SPEECH.has(role)
      ? []
      : [{ role: role === "user" ? ("user" as const) : ("assistant" as const), content }];
  });
}

/** Roles of messages that nobody says. */
const NOT_SPEECH: ReadonlySet<string> = new Set(["system", "developer", "instructions", "system prompt"]);

function iso(at: number): string {
  return new Date(at).toISOString();
}
