/**
 * The vendor's contract, as the vendor implements it: the bodies of its webhooks and the responses of its API.
 * It shares no code with the product, so that a mistake in how the product reads the contract is not repeated here.
 */

/** `status` in the webhook and in the API. */
export const CALL_STATUSES = [
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

/** Types of calls without a conversation. The vendor sends the last three but does not document them. */
export const NOT_COMPLETED_TYPES = [
  "no_answer",
  "user_rejected",
  "user_unavailable",
  "automation",
  "failed",
  "rejected_by_carrier",
  "invalid_number",
  "sip_trunk_failure",
] as const;
export type NotCompletedType = (typeof NOT_COMPLETED_TYPES)[number];

/** A type that receivers do not know, because the vendor adds types without notice. */
export const UNKNOWN_TYPE = "user_busy";

/** `payload.type` of a webhook. */
export type Outcome = "complete" | NotCompletedType | typeof UNKNOWN_TYPE;

export type Language = "ar" | "en" | "ur";
export type Direction = "inbound" | "outbound";

interface SpokenMessage {
  type: "message";
  /** "user", "assistant", or after a transfer another role such as "human_agent". */
  role: string;
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
  role: string;
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

/** The webhook's documentation says "any object"; the API has only the typed form. */
type WebhookReport = TypedReport | Record<string, unknown>;

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

/** One delivery: the body of `POST <webhook URL>`. */
export interface WebhookBody {
  call_id: string;
  payload: CompletePayload | { type: Exclude<Outcome, "complete"> };
}

/** `data` of `GET /calls/{id}`. */
export interface ApiCall {
  id: string;
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
  recording_url: string | null;
  transcript: { role: "user" | "assistant"; content: string }[] | null;
  report: TypedReport | null;
  started_at: string | null;
  ended_at: string | null;
}

/**
 * Everything that the vendor knows about one call. `webhook` and `data` have no recording URL, because the server signs a new one for
 * each response. `data` always has the report; the server omits it until `reportAt`.
 */
export interface VendorCall {
  id: string;
  webhook: WebhookBody;
  data: ApiCall;
  /** When the vendor sends the webhook. */
  webhookAt: string;
  /** When `GET /calls/{id}` starts to include the report; null: never. */
  reportAt: string | null;
  /** The file in `recordings/`; null: there is no recording. */
  recording: string | null;
}
