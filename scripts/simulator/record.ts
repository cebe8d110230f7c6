import type { ApiCall, TranscriptMessage, TypedReport, VendorCall, WebhookBody } from "./contract";
import type { Draft } from "./draft";
import type { Random } from "./random";

/** Seconds from a call's making to its end. */
export function lengthOf(draft: Draft): number {
  return draft.ringing + (draft.talk ?? 0);
}

/**
 * The vendor's records of a call that was made at `createdAt` (milliseconds since the epoch).
 * @param reportDelaySeconds from the end to the report; default about two minutes. The webhook of a call either waits
 *   for its report or, as it is with a given delay, goes out at once and without it.
 */
export function recordCall(draw: Random, draft: Draft, createdAt: number, reportDelaySeconds?: number): VendorCall {
  const answeredAt = createdAt + draft.ringing * 1000;
  const endedAt = answeredAt + (draft.talk ?? 0) * 1000;
  const reportedAt = endedAt + Math.round((reportDelaySeconds ?? draw.int(95, 150)) * 1000);
  const waits = draft.report !== null && reportDelaySeconds === undefined && draw.chance(0.7);
  const webhookAt = waits ? reportedAt + 1500 : endedAt + draw.int(800, 4000);
  const startedAt = draft.talk === null ? null : iso(answeredAt);

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
    phone_number: draft.person.phone,
    scenario_id: draw.chance(0.004) ? null : draft.scenario,
    language: draw.chance(0.006) ? null : draft.person.language,
    direction: draft.direction,
    variables: draft.variables,
    duration: draft.talk,
    recording_url: null,
    transcript: draft.messages === null ? null : spokenOnly(draft.messages),
    report: typed,
    started_at: startedAt,
    ended_at: iso(endedAt),
  };
  return {
    id: draft.id,
    webhook: webhookOf(draft, data, waits),
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
        // A form of the scenario's own is there at once or never: the API does not know it.
        report: draft.report?.own ?? (withReport ? data.report : null),
        recording_url: null,
        created_at: data.created_at,
        started_at: data.started_at,
        ended_at: data.ended_at,
      },
    },
  };
}

/** The API's transcript: what was said, by two roles, without times. */
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
