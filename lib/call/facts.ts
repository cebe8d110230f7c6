/**
 * The facts that one source contains about one call, after validation: every value is well-formed text, a plausible number or instant, or
 * plain JSON. Null means that the source does not contain the fact, not that the call lacks it.
 */
export type CallFacts = {
  /** `payload.type` verbatim; only a webhook has it. */
  outcome: string | null;
  status: string | null;
  direction: string | null;
  language: string | null;
  interactionType: string | null;
  phoneNumber: string | null;
  scenarioId: string | null;
  durationSeconds: number | null;
  createdAt: Date | null;
  startedAt: Date | null;
  endedAt: Date | null;
  /** When the call was or is booked to be dialled: set for bookings and for the vendor's retries. May lie ahead. */
  scheduledAt: Date | null;
  /** When the vendor last changed its record of the call. Only the API has it. */
  updatedAt: Date | null;
  /** The id of the first dial of the retry group. Null on the first dial. */
  rootCallId: string | null;
  /** Which dial of its retry group this is, from 1. */
  retryAttempt: number | null;
  /** When the next dial of the group is booked. `NO_NEXT_RETRY` means that the source says there is none; null that it says nothing. */
  nextRetryAt: Date | typeof NO_NEXT_RETRY | null;
  transcript: TranscriptMessage[] | null;
  corrections: Correction[] | null;
  /** The vendor's typed report, or anything else that a scenario returns. */
  report: Json | null;
  responseBody: Json | null;
  /** The template variables of the scenario, by name; documented as an object. */
  variables: Json | null;
  recordingUrl: string | null;
  recordingExpiresAt: Date | null;
  /** A URL on the API's origin that never expires. With `?t=` it is a credential. */
  permanentRecordingUrl: string | null;
};

/** "No further dial is coming", which is a value of `nextRetryAt`, unlike null. */
export const NO_NEXT_RETRY = "none";

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/**
 * The vendor's four types of messages, and `other` for types that it may add and for messages in an unknown form. `startAt` is in seconds
 * from the start of the call; rows that earlier versions stored lack it in `instructions` and `other`.
 */
export type TranscriptMessage =
  | { type: "message"; role: string; content: string; startAt: number | null }
  | { type: "function_call"; toolName: string; arguments: string; toolCallId: string | null; startAt: number | null }
  | {
      type: "function_call_output";
      toolName: string;
      output: string;
      toolCallId: string | null;
      isError: boolean;
      startAt: number | null;
      durationMs: number | null;
    }
  | { type: "instructions"; content: string; startAt?: number }
  | { type: "other"; kind: string; data: Json; startAt?: number };

/** A misheard text of the transcript, and the words that were spoken. */
export type Correction = { incorrectText: string; correction: string; type: "word" | "phrase" };

export const NO_FACTS: CallFacts = {
  outcome: null,
  status: null,
  direction: null,
  language: null,
  interactionType: null,
  phoneNumber: null,
  scenarioId: null,
  durationSeconds: null,
  createdAt: null,
  startedAt: null,
  endedAt: null,
  scheduledAt: null,
  updatedAt: null,
  rootCallId: null,
  retryAttempt: null,
  nextRetryAt: null,
  transcript: null,
  corrections: null,
  report: null,
  responseBody: null,
  variables: null,
  recordingUrl: null,
  recordingExpiresAt: null,
  permanentRecordingUrl: null,
};
