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
  transcript: TranscriptMessage[] | null;
  corrections: Correction[] | null;
  /** The vendor's typed report, or any other object that a scenario returns. */
  report: JsonObject | null;
  responseBody: JsonObject | null;
  variables: JsonObject | null;
  recordingUrl: string | null;
  recordingExpiresAt: Date | null;
};

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** The vendor's four types of messages, and `other` for types that it may add. `startAt` is in seconds from the start of the call. */
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
  | { type: "instructions"; content: string }
  | { type: "other"; kind: string; data: Json };

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
  transcript: null,
  corrections: null,
  report: null,
  responseBody: null,
  variables: null,
  recordingUrl: null,
  recordingExpiresAt: null,
};

/** The variables in which scenarios pass the customer's name, in order of preference. Template variables have no fixed names. */
export const CUSTOMER_NAME_VARIABLES = [
  "customer_name",
  "full_name",
  "client_name",
  "patient_name",
  "name",
  "first_name",
] as const;

/** The customer's name from a call's variables, at most 200 characters; null if no variable contains it. */
export function customerNameOf(variables: JsonObject | null): string | null {
  const value = CUSTOMER_NAME_VARIABLES.map((name) => variables?.[name]).find((found) => found != null);
  return value == null ? null : (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 200);
}
