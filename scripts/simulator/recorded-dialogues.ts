import { readFileSync } from "node:fs";

import type { Language } from "./contract";
import type { Customer } from "./customers";
import type { Course, ScenarioId } from "./dialogues/dialogue";

/**
 * A dialogue with a recording. `make-recordings.ts` writes all of them to `recordings/recordings.json`. The times are measured on the
 * audio, so a player can highlight the current turn.
 */
export interface RecordedDialogue {
  id: string;
  /** The name of the file in `recordings/`. */
  file: string;
  scenario: ScenarioId;
  language: Language;
  /** The customer's voice. */
  customer: "man" | "woman";
  /** The duration of the audio. */
  seconds: number;
  turns: RecordedTurn[];
  goal: Course["goal"];
  achieved: boolean[];
  reason: string;
  response: Record<string, unknown> | null;
  /** Variables of the call that the dialogue mentions. Their strings are templates. */
  variables: Record<string, unknown>;
}

export type RecordedTurn =
  | { who: "agent" | "customer"; /** May contain `[[heard|said]]`. */ text: string; start_at: number }
  | { tool: string; args: Record<string, unknown>; output: unknown; failed: boolean; start_at: number; ms: number };

let dialogues: readonly RecordedDialogue[] | undefined;

/** Returns every dialogue with a recording. */
export function recordedDialogues(): readonly RecordedDialogue[] {
  if (dialogues === undefined) {
    // make-recordings.ts writes the file in this shape.
    const read: RecordedDialogue[] = JSON.parse(
      readFileSync(new URL("./recordings/recordings.json", import.meta.url), "utf8"),
    );
    dialogues = read;
  }
  return dialogues;
}

/** Returns the recordings in this customer's language and with a voice of the same gender, for one scenario or for all. */
export function recordedDialoguesFor(customer: Customer, scenario?: ScenarioId): RecordedDialogue[] {
  return recordedDialogues().filter(
    (dialogue) =>
      dialogue.language === customer.language &&
      dialogue.customer === customer.gender &&
      (scenario === undefined || dialogue.scenario === scenario),
  );
}
