import type { CallStatus, Language } from "../contract";

/**
 * The text of a turn is a template:
 * `{order_id}` is filled from the call's facts; `{تقدر|تقدرين}` says one to a man and the other to a woman;
 * `[[heard|said]]` is what the recogniser may mishear, and what was said.
 */
export type Turn =
  | { who: "agent" | "customer" | "human_agent"; text: string; /** Seconds of silence after it. */ hold?: number }
  | { tool: string; args: Record<string, unknown>; output: unknown; ms: number; failed: boolean };

/** How a conversation goes once it has been opened. */
export interface Course {
  turns: readonly Turn[];
  /** What the report says of the goal. */
  goal: "success" | "failure" | "error";
  /** One for each of the script's criteria. */
  achieved: readonly boolean[];
  /** The report's reason; a template. */
  reason: string;
  /** The scenario's own response; its strings are templates. */
  response: Record<string, unknown> | null;
  /** How the call ended, if not "completed". Such a call has no closing. */
  status?: Extract<CallStatus, "transferred" | "user_rejected" | "timeout">;
  /** Opens differently from the script's other courses. */
  openings?: readonly (readonly Turn[])[];
  /** Default 1. */
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

/** What may happen in any call of a language. */
export interface SmallTalk {
  /** In the middle of a call: a bad line, somebody at the door. */
  interludes: readonly (readonly Turn[])[];
  /** The customer is away from the phone, for minutes. */
  stalls: readonly Turn[];
  /** The report's reason when the vendor's maximum cut the call off. */
  cutReason: string;
  /** What a mailbox or a menu says. */
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

export const agent = (text: string, hold?: number): Turn => ({
  who: "agent",
  text,
  ...(hold === undefined ? {} : { hold }),
});
export const customer = (text: string, hold?: number): Turn => ({
  who: "customer",
  text,
  ...(hold === undefined ? {} : { hold }),
});
/** A colleague of flesh and blood, after a transfer. */
export const human = (text: string): Turn => ({ who: "human_agent", text });
export const tool = (name: string, args: Record<string, unknown>, output: unknown, ms: number): Turn => ({
  tool: name,
  args,
  output,
  ms,
  failed: false,
});
export const failedTool = (name: string, args: Record<string, unknown>, output: string, ms: number): Turn => ({
  tool: name,
  args,
  output,
  ms,
  failed: true,
});
