import { expect, test } from "@playwright/test";

import { maskNumberFor, maskStaffTextFor, maskTextFor, type NumberAccess } from "@/lib/phone/access";

const OWN = "+966501234567";
const TEXT = "I am 050 123 4567, my brother is 053 871 9042";

const SEEN: Record<NumberAccess, { number: string; text: string; staffText: string }> = {
  shown: { number: OWN, text: TEXT, staffText: TEXT },
  revealable: { number: "+966 ••• 67", text: "I am •••, my brother is 053 871 9042", staffText: TEXT },
  hidden: {
    number: "+966 ••• 67",
    text: "I am •••, my brother is •••",
    staffText: "I am •••, my brother is •••",
  },
};

for (const access of Object.keys(SEEN) as NumberAccess[]) {
  test(`numbers and texts are masked for a person whose access to numbers is ${access}`, () => {
    expect({
      number: maskNumberFor(access, OWN),
      text: maskTextFor(access, TEXT, OWN),
      staffText: maskStaffTextFor(access, TEXT, OWN),
    }).toEqual(SEEN[access]);
    expect(maskTextFor(access, null, OWN)).toBeNull();
  });
}
