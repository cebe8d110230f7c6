import { expect, test } from "@playwright/test";
import { createTranslator } from "next-intl";

import { wordMessage } from "@/lib/i18n/word-message";

const t = createTranslator({
  locale: "en-GB",
  messages: { direction: { inbound: "Inbound" } },
  onError: (error) => {
    throw error;
  },
});

test("a word of the catalogue has a message; any other word has none", () => {
  expect(wordMessage(t, "direction", "inbound")).toBe("Inbound");
  const inherited = Object.getOwnPropertyNames(Object.prototype);
  expect(inherited).toContain("constructor");
  for (const word of [...inherited, "sideways", "", "in bound", "inbound.length", "inbound.constructor", ".", "وارد"]) {
    expect(wordMessage(t, "direction", word), word).toBeNull();
  }
});
