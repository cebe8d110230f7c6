/**
 * The vendor's contract, as the vendor implements it: the bodies of its webhooks and the responses of its API.
 * It shares no code with the product, so that a mistake in how the product reads the contract is not repeated here.
 */

/** `status` in the webhook and in the API. */
export const CALL_STATUSES = [
  "scheduled",
  "queued",
  "dialing",
  "ringing",
  "in_progress",
  "transferring",
  "transferred",
  "completed",
  "timeout",
  "user_rejected",
  "max_duration_reached",
  "failed",
  "voicemail",
  "cancelled",
  "expired",
] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

/** Types of calls that were dialled and did not become a conversation. */
const NOT_REACHED_TYPES = [
  "no_answer",
  "user_rejected",
  "user_unavailable",
  "automation",
  "rejected_by_carrier",
  "invalid_number",
  "sip_trunk_failure",
  "failed",
] as const;

/** Types of bookings and pending retries that ended before they were dialled. */
export const NEVER_DIALLED_TYPES = ["cancelled", "expired"] as const;
export type NeverDialledType = (typeof NEVER_DIALLED_TYPES)[number];

/** Every type except `complete`. */
export const NOT_COMPLETED_TYPES = [...NOT_REACHED_TYPES, ...NEVER_DIALLED_TYPES] as const;
export type NotReachedType = (typeof NOT_REACHED_TYPES)[number];

/** A type that receivers do not know, because the vendor adds types without notice. */
export const UNKNOWN_TYPE = "user_busy";

/** `payload.type` of a webhook. */
export type Outcome = "complete" | NotReachedType | NeverDialledType | typeof UNKNOWN_TYPE;
/** An outcome of a call that was dialled. */
export type DialOutcome = Exclude<Outcome, NeverDialledType>;

export type Language = "ar" | "en" | "ur";
export type Direction = "inbound" | "outbound";

/** Who speaks: the customer; the voice agent (two roles); a person after a transfer (two roles). The last two are no speech. */
export type Role = "user" | "assistant" | "agent" | "transfer agent" | "human agent" | "system" | "developer";

interface SpokenMessage {
  type: "message";
  role: Role;
  content: string;
  /** Seconds from the start of the call. */
  start_at: number | null;
}

interface FunctionCallMessage {
  type: "function_call";
  tool_name: string;
  /** A JSON document in a string. */
  arguments: string;
  tool_call_id: string;
  start_at: number | null;
}

interface FunctionCallOutputMessage {
  type: "function_call_output";
  tool_name: string;
  output: string;
  tool_call_id: string;
  is_error: boolean;
  start_at: number | null;
  duration_ms: number | null;
}

interface InstructionsMessage {
  type: "instructions";
  role: "system prompt";
  content: string;
}

/** A message of older payloads, without `type` and `start_at`. */
interface OldMessage {
  role: Role | "instructions" | "system prompt";
  content: string;
}

export type TranscriptMessage =
  | SpokenMessage
  | FunctionCallMessage
  | FunctionCallOutputMessage
  | InstructionsMessage
  | OldMessage;

export interface Correction {
  incorrect_text: string;
  correction: string;
  type: "word" | "phrase";
}

export interface EnhancedTranscript {
  transcript: { messages: TranscriptMessage[] };
  errors: Correction[];
}

export interface TypedReport {
  generated_at: string;
  outcome: {
    status: "success" | "failure" | "error";
    reason: string;
    success_criteria: { text: string; achieved: boolean; is_primary: boolean }[];
  };
}

/** The analyst's verdict on whether the customer is to be called back. Only webhooks have it. */
export interface Callback {
  origin: "customer_requested" | "inferred_follow_up" | null;
  /** ISO 8601, after the call; null: no time was agreed. */
  callback_at: string | null;
  /** 0 to 1. */
  confidence: number;
  context_brief: string;
  /** Whether a tool of the agent captured the same time; null: no tool did. */
  matches_tool_capture: boolean | null;
}

/**
 * The report in a webhook: documented as "any object". The typed form has a `callback`, and may lack `generated_at` and
 * `success_criteria`.
 */
type WebhookReport =
  | {
      generated_at?: string;
      outcome: Omit<TypedReport["outcome"], "success_criteria"> & Partial<TypedReport["outcome"]>;
      callback: Callback | null;
    }
  | Record<string, unknown>;

interface WebhookCallData {
  call_id: string;
  direction: Direction | null;
  phone_number: string | null;
  status: CallStatus | null;
  /** Whole seconds. */
  total_duration: number | null;
  interaction_type: "voice" | "chat" | null;
  enhanced_transcript: EnhancedTranscript | null;
  report: WebhookReport | null;
  recording_url: string | null;
  permanent_recording_url: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

interface CompletePayload {
  type: "complete";
  call_started: string | null;
  response_body: Record<string, unknown> | null;
  call_data: WebhookCallData | null;
}

/** Where a call stands in its retry group: the dials of one person for one purpose. Every dial is a call of its own. */
export interface RetryFields {
  /** 1 for the first dial. */
  retry_attempt_number: number;
  /** The id of the group's first call; null for the first call itself. */
  root_call_id: string | null;
  /** When the next dial is booked; null: there is none, this is the last word about the group. */
  next_retry_at: string | null;
}

/** One delivery: the body of `POST <webhook URL>`. Deliveries from before September 2026 have no retry fields. */
export interface WebhookBody {
  call_id: string;
  payload: (CompletePayload | { type: Exclude<Outcome, "complete"> }) & Partial<RetryFields>;
}

/** `data` of `GET /calls/{id}`. Answers from before September 2026 have no retry fields, no `is_retry` and no `scheduled_at`. */
export interface ApiCall extends RetryFields {
  id: string;
  /** For a booking or a retry, when it was booked, not when it was dialled. */
  created_at: string;
  updated_at: string;
  status: CallStatus | null;
  phone_number: string | null;
  scenario_id: string | null;
  language: Language | null;
  direction: Direction | null;
  variables: Record<string, unknown>;
  /** Whole seconds. */
  duration: number | null;
  /** When it was booked to be dialled; null for a call that was dialled at once. */
  scheduled_at: string | null;
  is_retry: boolean;
  recording_url: string | null;
  permanent_recording_url: string | null;
  transcript: { role: "user" | "assistant"; content: string }[] | null;
  report: TypedReport | null;
  started_at: string | null;
  ended_at: string | null;
}

/**
 * Everything that the vendor knows about one call, as it is after the call. `webhook` and `data` have no recording URLs, because the
 * server makes them for each response. `data` always has the report; the server omits it until `reportAt`. Before `dialledAt` the API
 * shows the call as `scheduled`.
 */
export interface VendorCall {
  id: string;
  webhook: WebhookBody;
  data: ApiCall;
  /** When the call was dialled, or will be; null: never. */
  dialledAt: string | null;
  /** When the vendor sends the webhook; null: never, because the booking is stuck at the vendor. */
  webhookAt: string | null;
  /** When `GET /calls/{id}` starts to include the report; null: never. */
  reportAt: string | null;
  /** The file in `recordings/`; null: there is no recording. */
  recording: string | null;
}
