import { expect, test } from "@playwright/test";

import { maskNumberFor, maskTextFor, maskWholeFor, type NumberAccess } from "@/lib/phone/access";

const OWN = "+966501234567";
const TEXT = "I am 050 123 4567, my brother is 053 871 9042";

const MASKED = { number: "+966 ••• 67", text: "I am •••, my brother is •••" };
const SEEN: Record<NumberAccess, { number: string; text: string }> = {
  shown: { number: OWN, text: TEXT },
  revealable: MASKED,
  hidden: MASKED,
};

for (const access of Object.keys(SEEN) as NumberAccess[]) {
  test(`numbers and texts are masked for a person whose access to numbers is ${access}`, async () => {
    expect({ number: maskNumberFor(access, OWN), text: maskTextFor(access, TEXT, OWN) }).toEqual(SEEN[access]);
    expect(await maskWholeFor(access, TEXT, OWN)).toBe(SEEN[access].text);
    expect(maskTextFor(access, null, OWN)).toBeNull();
  });
}
