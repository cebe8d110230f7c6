import type { CallStatus, Language } from "../contract";

/**
 * One utterance or one tool call. The text is a template: `{order_id}` is a fact of the call, `{تقدر|تقدرين}` has the forms for a man
 * and for a woman, and `[[heard|said]]` has what speech recognition may hear and what the speaker said.
 */
export type Turn =
  | { who: "agent" | "customer" | "human_agent"; text: string; /** Seconds of silence after the text. */ hold?: number }
  | { tool: string; args: Record<string, unknown>; output: unknown; ms: number; failed: boolean };

/** One way in which a conversation can proceed between its opening and its closing. */
export interface Course {
  turns: readonly Turn[];
  /** The goal's status in the report. */
  goal: "success" | "failure" | "error";
  /** Whether each of the script's criteria was met. */
  achieved: readonly boolean[];
  /** The report's reason; a template. */
  reason: string;
  /** The `response_body` of the webhook; its strings are templates. */
  response: Record<string, unknown> | null;
  /** The call's status if it is not "completed". Such a conversation has no closing. */
  status?: Extract<CallStatus, "transferred" | "user_rejected" | "timeout">;
  /** Replaces the script's openings. */
  openings?: readonly (readonly Turn[])[];
  /** The weight of this course among the script's courses. Default 1. */
  weight?: number;
}

/** One scenario in one language. */
export interface Script {
  scenario: ScenarioId;
  language: Language;
  /** The agent's prompt. */
  prompt: string;
  /** Success criteria, the primary one first. */
  criteria: readonly string[];
  openings: readonly (readonly Turn[])[];
  courses: readonly Course[];
  closings: readonly (readonly Turn[])[];
}

/** Parts that fit any call in one language. */
export interface SmallTalk {
  /** Interruptions: a bad line, someone at the door. */
  interludes: readonly (readonly Turn[])[];
  /** The customer leaves the phone for minutes. */
  stalls: readonly Turn[];
  /** The report's reason if the call reached the vendor's maximum duration. */
  cutReason: string;
  /** The announcements of voicemails and phone menus. */
  voicemails: readonly string[];
}

export const SCENARIOS = [
  "payment-reminder",
  "delivery-confirmation",
  "appointment-reminder",
  "satisfaction-survey",
  "card-activation",
  "real-estate-lead",
  "order-support",
] as const;
export type ScenarioId = (typeof SCENARIOS)[number];

/** A turn of the agent. `hold`: seconds of silence after the text. */
export const agent = (text: string, hold?: number): Turn => ({
  who: "agent",
  text,
  ...(hold === undefined ? {} : { hold }),
});
/** A turn of the customer. `hold`: seconds of silence after the text. */
export const customer = (text: string, hold?: number): Turn => ({
  who: "customer",
  text,
  ...(hold === undefined ? {} : { hold }),
});
/** A turn of a human colleague, after a transfer. */
export const human = (text: string): Turn => ({ who: "human_agent", text });
/** A tool call that succeeds after `ms` milliseconds. */
export const tool = (name: string, args: Record<string, unknown>, output: unknown, ms: number): Turn => ({
  tool: name,
  args,
  output,
  ms,
  failed: false,
});
/** A tool call that fails after `ms` milliseconds. */
export const failedTool = (name: string, args: Record<string, unknown>, output: string, ms: number): Turn => ({
  tool: name,
  args,
  output,
  ms,
  failed: true,
});
