import { expect, test } from "@playwright/test";

import { MAY_HAVE_DIGITS } from "@/lib/phone/mask";

test("no character that is a digit, or stands for one, is taken for one without digits", () => {
  const missed: string[] = [];
  for (let code = 0; code < 0x110000; code += 1) {
    const character = String.fromCodePoint(code);
    if (/[\p{N}•]/u.test(character.normalize("NFKC")) && !MAY_HAVE_DIGITS.test(character)) {
      missed.push(code.toString(16));
    }
  }
  expect(missed).toEqual([]);
  expect(MAY_HAVE_DIGITS.test("مرحبا، معك فريق التوصيل")).toBe(false);
});
