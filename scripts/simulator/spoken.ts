import { readFileSync } from "node:fs";

import type { Language } from "./contract";
import type { Course, ScenarioId } from "./dialogues/dialogue";

/**
 * A dialogue of which a recording exists. Written by `make-recordings.ts` into `recordings/recordings.json`: the times
 * are measured on the audio, so that a player which highlights the current turn is right.
 */
export interface SpokenDialogue {
  id: string;
  /** In `recordings/`. */
  file: string;
  scenario: ScenarioId;
  language: Language;
  /** Whose voice the customer has: the call is one with such a customer. */
  customer: "man" | "woman";
  /** Of the audio. */
  seconds: number;
  turns: SpokenTurn[];
  goal: Course["goal"];
  achieved: boolean[];
  reason: string;
  response: Record<string, unknown> | null;
  /** What the dialogue says aloud, so that the call's variables agree with it; its strings are templates. */
  variables: Record<string, unknown>;
}

export type SpokenTurn =
  | { who: "agent" | "customer"; /** May hold `[[heard|said]]`. */ text: string; start_at: number }
  | { tool: string; args: Record<string, unknown>; output: unknown; failed: boolean; start_at: number; ms: number };

let dialogues: readonly SpokenDialogue[] | undefined;

/** Every dialogue with a recording. */
export function spokenDialogues(): readonly SpokenDialogue[] {
  if (dialogues === undefined) {
    // Our own file, written by make-recordings.ts in this shape.
    const read: SpokenDialogue[] = JSON.parse(
      readFileSync(new URL("./recordings/recordings.json", import.meta.url), "utf8"),
    );
    dialogues = read;
  }
  return dialogues;
}
