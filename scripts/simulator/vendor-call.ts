import type { ApiCall, TranscriptMessage, TypedReport, VendorCall, WebhookBody } from "./contract";
import type { Draft } from "./draft";
import type { Random } from "./random";

/** Returns the seconds from the start of dialling to the end of the call. */
export function durationOf(draft: Draft): number {
  return draft.ringSeconds + (draft.talkSeconds ?? 0);
}

/**
 * Returns the vendor's data about a call that was created at `createdAt` (milliseconds since the epoch): the webhook and the API data.
 * @param reportDelaySeconds seconds from the end of the call to its report. If given, the webhook is sent at the end of the call,
 *   without the report. Default: about two minutes, and most webhooks with a report wait for it.
 */
export function toVendorCall(draw: Random, draft: Draft, createdAt: number, reportDelaySeconds?: number): VendorCall {
  const answeredAt = createdAt + draft.ringSeconds * 1000;
  const endedAt = answeredAt + (draft.talkSeconds ?? 0) * 1000;
  const reportedAt = endedAt + Math.round((reportDelaySeconds ?? draw.int(95, 150)) * 1000);
  const waitsForReport = draft.report !== null && reportDelaySeconds === undefined && draw.chance(0.7);
  const webhookAt = waitsForReport ? reportedAt + 1500 : endedAt + draw.int(800, 4000);
  const startedAt = draft.talkSeconds === null ? null : iso(answeredAt);

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
    id: draft.id,
    created_at: iso(createdAt),
    updated_at: iso(typed === null ? webhookAt : reportedAt),
    status: draft.status.api,
    phone_number: draft.customer.phone,
    scenario_id: draw.chance(0.004) ? null : draft.scenario,
    language: draw.chance(0.006) ? null : draft.customer.language,
    direction: draft.direction,
    variables: draft.variables,
    duration: draft.talkSeconds,
    recording_url: null,
    transcript: draft.messages === null ? null : spokenOnly(draft.messages),
    report: typed,
    started_at: startedAt,
    ended_at: iso(endedAt),
  };
  return {
    id: draft.id,
    webhook: webhookOf(draft, data, waitsForReport),
    data,
    webhookAt: iso(webhookAt),
    reportAt: typed === null ? null : iso(reportedAt),
    recording: draft.recording,
  };
}

function webhookOf(draft: Draft, data: ApiCall, withReport: boolean): WebhookBody {
  if (draft.outcome !== "complete") return { call_id: draft.id, payload: { type: draft.outcome } };
  if (draft.withoutCallData) {
    return {
      call_id: draft.id,
      payload: { type: "complete", call_started: data.started_at, response_body: draft.response, call_data: null },
    };
  }
  const bare = draft.interaction === null;
  return {
    call_id: draft.id,
    payload: {
      type: "complete",
      call_started: data.started_at,
      response_body: draft.response,
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
        report: draft.report?.own ?? (withReport ? data.report : null),
        recording_url: null,
        created_at: data.created_at,
        started_at: data.started_at,
        ended_at: data.ended_at,
      },
    },
  };
}

/** Returns the transcript for the API: only spoken messages, two roles, no times. */
function spokenOnly(messages: readonly TranscriptMessage[]): ApiCall["transcript"] {
  return messages.flatMap((message) =>
    "type" in message && message.type !== "message"
      ? []
      : [{ role: message.role === "user" ? ("user" as const) : ("assistant" as const), content: message.content }],
  );
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
