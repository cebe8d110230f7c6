import { expect, test } from "@playwright/test";

import type { Json } from "@/lib/call/facts";
import { maskNumberFor, maskTextFor, maskWholeFor, type NumberAccess } from "@/lib/phone/access";
import { turnsDuring } from "@/tests/fixtures/event-loop";

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

/** Values of a megabyte and more that are slow to mask, each for another reason. */
const HOSTILE: Record<string, Json> = {
  "a parameter's name of backslashes": `?${"\\".repeat(1_000_000)}`,
  "escaped parameters": String.raw`\u0026a`.repeat(170_000),
  "short credentials": "&t=1".repeat(300_000),
  "many numbers": "1-".repeat(600_000),
  "many entries": [`?t=1`, ...Array.from({ length: 600_000 }, () => 0)],
  "many empty texts": ["050 111 2233", ...Array.from({ length: 400_000 }, () => "")],
  "many names": Object.fromEntries(Array.from({ length: 120_000 }, (_, index) => [`k${index}`, 1])),
  "many turns": Array.from({ length: 150_000 }, () => ({ content: "a" })),
  "JSON in a text": JSON.stringify(Array.from({ length: 100_000 }, () => ({ text: "a 1" }))),
};

for (const [kind, value] of Object.entries(HOSTILE)) {
  test(`while a hostile value is masked, the process answers others: ${kind}`, async () => {
    let masked: Json = null;
    const turns = await turnsDuring(async () => {
      masked = await maskWholeFor("hidden", value, OWN);
    });
    // The work is many times longer than what is done in one turn.
    expect(turns).toBeGreaterThan(4);
    expect(JSON.stringify(masked)).toBe(JSON.stringify(maskTextFor("hidden", value, OWN)));
  });
}
