import { expect, test } from "@playwright/test";

import { isSpoken } from "@/lib/transcript/messages";

const message = (role: string, content: string) => ({ type: "message", role, content, startAt: null }) as const;

test("a transcript is spoken if somebody said a word; prompts and messages of the system are not speech", () => {
  for (const role of ["user", "assistant", "agent", "transfer agent", "human_agent", "robot"]) {
    expect(isSpoken([message(role, "hello")]), role).toBe(true);
    expect(isSpoken([message(role, " \u200B")]), role).toBe(false);
  }
  for (const role of ["system", "developer", "instructions", "System Prompt"]) {
    expect(isSpoken([message(role, "Be kind.")]), role).toBe(false);
  }
  expect(isSpoken([{ type: "instructions", content: "Be kind." }])).toBe(false);
});
