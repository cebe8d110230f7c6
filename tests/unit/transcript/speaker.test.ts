import { expect, test } from "@playwright/test";

import { speakerOf } from "@/lib/transcript/speaker";

for (const [role, speaker] of [
  ["user", "customer"],
  ["assistant", "agent"],
  ["agent", "agent"],
  ["transfer agent", "human"],
  ["human agent", "human"],
  ["human_agent", "human"],
  ["Human Agent", "human"],
  ["TRANSFER-AGENT", "human"],
  ["  transfer\u00A0 agent ", "human"],
  ["system", null],
  ["developer", null],
  ["instructions", null],
  ["system prompt", null],
  ["system_prompt", null],
  ["customer", undefined],
  ["", undefined],
  ["constructor", undefined],
  ["__proto__", undefined],
] as const) {
  test(`the speaker of the role ${JSON.stringify(role)}`, () => {
    expect(speakerOf(role)).toBe(speaker);
  });
}
