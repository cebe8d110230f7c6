import { expect, test } from "@playwright/test";
import fc from "fast-check";

import type { Json } from "@/lib/call/facts";
import { maskNumber, maskNumbersIn, maskNumbersInTurns } from "@/lib/phone/mask";
import { digitsOf } from "@/lib/text/digits";
import { turnsDuring } from "@/tests/fixtures/event-loop";

test("a masked number shows its country code and its last two digits", () => {
  expect(maskNumber("+966501234567")).toBe("+966 ••• 67");
  expect(maskNumber("+447700900123")).toBe("+44 ••• 23");
  for (const text of ["anonymous", "sip:1001@pbx", "", "0501234567"]) {
    expect(maskNumber(text), text).toBe("•••");
  }
});

const OWN = "+966501234567";

test("every phone number is masked, in any notation", () => {
  for (const text of [
    "call my brother on 0538719042",
    "call +44 7700 900123 instead",
    "00966 53 871 9042",
    "053 871 9042",
    "053, 871, 9042",
    "053/871/9042",
    "٠٥٣، ٨٧١، ٩٠٤٢",
    "رقمه ٠٥٣٨٧١٩٠٤٢ وهو أخي",
    "و0538719042",
    "۰۵۳۸۷۱۹۰۴۲",
    "0 5 3 8 7 1 9 0 4 2",
    "05-38-71-90-42",
    "zero five: 053.871.9042",
    "tel:+966538719042",
    "tel-0538719042",
    "https://wa.me/966538719042",
    "2026-05-04 0538719042",
    "0538719042 on 2026-05-04",
    String.raw`their number: \u0660\u0665\u0663\u0668\u0667\u0661\u0669\u0660\u0664\u0662`,
    "123456789",
  ]) {
    const masked = maskNumbersIn(text, OWN);
    expect(masked, text).toContain("•••");
    expect(masked, text).not.toMatch(/[78٧٨۷۸]\D{0,4}[17١٧۱۷]|9042|٩٠٤٢|456/u);
  }
  expect(maskNumbersIn(["no call of its own: 0538719042", "+14155552671"], null)).toEqual([
    "no call of its own: •••",
    "•••",
  ]);
  expect(maskNumbersIn({ "+966538719042": 966538719042, own: 501234567 }, OWN)).toEqual({
    "•••": "•••",
    own: "•••",
  });
});

test("dates, durations, prices, ids and times are not masked", () => {
  for (const value of [
    "my order is 98765432",
    "on 2026-05-04 at 09:00",
    "2026-05-04T09:00:00.123456789Z",
    "2026-05-04 09:00:00+03:00 until 2026-05-05",
    "04/05/2026, 31.12.2026 and 1-1-2027",
    "in 2025, 2026, 2027 and 2028",
    "1,250,000.00 SAR",
    "125,000,000",
    "250.00, 1,250.00, 99.95 and 12000.50",
    "after 61.25 70.5 33.25 12.5 s",
    "24.7135512, 46.6752957",
    "10:30:45 11:30:45",
    "from 203.0.113.195, 198.51.100.17",
    "٢٠٢٦-٠٥-٠٤ ٠٩:٠٠",
    "0b2c3d4e-1234-4321-8888-123456789012",
    "ORD-2024-000123456789",
    "AWB123456789012",
    "call_0123456789",
    "5f3a9c0123456789ab",
    "1777885200",
    "1777885200000",
    "1777885200.987654",
    "+24.7135512",
    "at 10:30, 11:45 or 0:15",
    "flat 12, building 3456, street 789",
    1777885200,
    1777885200000,
    61.250123456,
    1234567890,
    "10%",
    true,
    null,
  ]) {
    expect(maskNumbersIn(value, OWN)).toEqual(value);
  }
  const turn = { start_at: 4.251234567, duration_ms: 1200, tool_call_id: "call_9876543210", is_error: false };
  expect(maskNumbersIn(turn, OWN)).toEqual(turn);
});

test("JSON in a text, such as the arguments of a tool, is parsed and masked", () => {
  const args = String.raw`{"mobile": "\u0660\u0665\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "nested": "{\"n\": 966501234567}"}`;
  const masked = { mobile: "•••", nested: JSON.stringify({ n: "•••" }) };
  expect(JSON.parse(maskNumbersIn(args, OWN))).toEqual(masked);
  expect(JSON.parse(maskNumbersIn({ arguments: args }, OWN).arguments)).toEqual(masked);
  const untouched = '{ "when" : "2026-05-04", "order": 1234567890 }';
  expect(maskNumbersIn(untouched, OWN)).toBe(untouched);
  const deep = "[".repeat(5000);
  expect(maskNumbersIn(deep, OWN)).toBe(deep);
  expect(maskNumbersIn(String.raw`{"other": "0538719042", "n": 538719042}`, OWN)).toBe('{"other":"•••","n":"•••"}');
});

test("the call's own number is masked however it is stored", () => {
  for (const stored of [
    "0500000014",
    "500000014",
    "\u202A+966500000014\u202C",
    "tel:+966500000014",
    "011966500000014",
  ]) {
    expect(maskNumbersIn("call 050 000 0014 or +966500000014, order 98765432", stored), stored).toBe(
      "call ••• or •••, order 98765432",
    );
  }
  expect(maskNumbersIn("call sip:1001@pbx (a.b)", "sip:1001@pbx")).toBe("call ••• (a.b)");
  expect(maskNumbersIn({ phone: 966501234567, amount: 250 }, OWN)).toEqual({ phone: "•••", amount: 250 });
  expect(maskNumbersIn("anything", "")).toBe("anything");
});

for (const [text, masked] of [
  ["cust_0501112233", "cust_•••"],
  ["a0501112233b", "a•••b"],
  ["cust-966501112233-x", "cust-•••-x"],
  ["id=cust_050_111_2233", "id=cust_•••"],
  ["customer/0501112233/orders/4471", "customer/•••/orders/4471"],
  ["０５０１１１２２３３", "•••"],
  ["०५०१११२२३३", "•••"],
  ["𝟎𝟓𝟎𝟏𝟏𝟏𝟐𝟐𝟑𝟑", "•••"],
  ["050\u200B\u200B\u200B\u200B\u200B111\u00AD\u200E\u202A2233", "•••"],
  ["050·111·2233", "•••"],
  ["05_01_11_22_33", "•••"],
  ["https://x.example/?p=%2B966%20501112233", "https://x.example/?p=%2B•••"],
  ["?q=%D9%A0%D9%A5%D9%A0%D9%A1%D9%A1%D9%A1%D9%A2%D9%A2%D9%A3%D9%A3", "?q=•••"],
  ["050 then 111 then 2233", "••• then ••• then •••"],
  ["number:050 then 111 then 2233", "number:••• then ••• then •••"],
  ["050:111:2233", "•••:•••:•••"],
  [[..."0501112233"].join(" and "), Array.from("0501112233", () => "•••").join(" and ")],
  [[..."0501112233"].map((digit) => `${digit}\uFE0F\u20E3`).join(""), "•••\uFE0F\u20E3"],
  // As registries of domains write it, and as programs do that take a number for a decimal.
  ["+966.501112233", "•••"],
  ["966501112233.0", "•••"],
  ["9.66501112233E11", "•••E11"],
  // The call's own number, in parts that are far from each other, or alone.
  [
    "it begins with 050 and then, as I said to your colleague the other day, 123 and 4567",
    "it begins with ••• and then, as I said to your colleague the other day, •••",
  ],
  ["012345 are its digits", "••• are its digits"],
] as const) {
  test(`the number in ${JSON.stringify(text)} is masked`, () => {
    const result = maskNumbersIn(text, OWN);
    if (masked.includes("colleague")) {
      expect(digitsOf(result)).toBe("");
    } else {
      expect(result).toBe(masked);
    }
  });
}

const said = (role: string, content: string, start_at?: number) => ({
  type: "message",
  role,
  content,
  ...(start_at === undefined ? {} : { start_at }),
});

test("a number that is said over several turns is masked, in the order of time", () => {
  for (const number of ["0501112233", "0501234567"]) {
    const [first, second, third] = [number.slice(0, 3), number.slice(3, 6), number.slice(6)];
    for (const turns of [
      [said("user", `it is ${first}`), said("agent", "yes, go on"), said("user", `${second} ${third}`)],
      [said("user", `it is ${first}`), said("user", second), said("user", `${third}, thanks`)],
      [said("user", `${second} ${third}`, 9), said("user", first, 2), said("agent", "yes?", 4)],
    ]) {
      const masked = maskNumbersIn<Json>({ transcript: { messages: turns } }, OWN);
      expect(digitsOf(JSON.stringify(masked).replaceAll(/"start_at":\d/g, ""))).toBe("");
      // Also in a body inside a text.
      expect(maskNumbersIn(JSON.stringify(turns), OWN)).not.toMatch(/2233|4567/);
    }
  }
  // The other person repeats each part, or asks about something with a digit; digit by digit.
  for (const number of ["0501112233", "0501234567"]) {
    const parts = [number.slice(0, 3), number.slice(3, 6), number.slice(6)];
    for (const turns of [
      parts.flatMap((part) => [said("user", part), said("agent", `${part}, yes?`)]),
      parts.flatMap((part, at) => [said("user", part), said("agent", at === 2 ? "thanks" : `${part}?`)]),
      [said("user", parts[0] ?? ""), said("agent", "is it 2 numbers?"), said("user", `${parts[1]}${parts[2]}`)],
      Array.from(number, (digit) => [said("user", digit), said("agent", "mm")]).flat(),
    ]) {
      expect(digitsOf(JSON.stringify(maskNumbersIn<Json>(turns, OWN))).replace(/^2$/, "")).toBe("");
    }
  }
  // What a tool received, key by key and in parts.
  expect(maskNumbersIn<Json>({ keys: [..."501234567"] }, OWN)).toEqual({ keys: Array.from("501234567", () => "•••") });
  expect(maskNumbersIn<Json>(JSON.stringify(["0501", "112", "233"]), OWN)).toBe('["•••","•••","•••"]');
  // In several fields of one form.
  expect(maskNumbersIn<Json>({ code: "+966", area: "50", line: "111 2233", name: "Sara 12" }, OWN)).toEqual({
    code: "•••",
    area: "•••",
    line: "•••",
    name: "Sara 12",
  });
  expect(
    maskNumbersIn<Json>(
      [
        { name: "area", value: "050" },
        { name: "line", value: "1112233" },
      ],
      OWN,
    ),
  ).toEqual([
    { name: "area", value: "•••" },
    { name: "line", value: "•••" },
  ]);
  const form = { day: "05", month: "11", year: "2026", hour: "09", minute: "30", building: "3456", postcode: "11564" };
  expect(maskNumbersIn<Json>(form, OWN)).toEqual(form);
  const address = { building: "0512", street: "34", district: "1156" };
  expect(maskNumbersIn<Json>(address, OWN)).toEqual(address);
  // Answers to a survey.
  const survey = [
    said("agent", "Rate 0 to 5, 0 is bad"),
    said("user", "5"),
    said("agent", "0 to 5 for price"),
    said("user", "4"),
    said("agent", "0 to 5 for time?"),
    said("user", "3"),
  ];
  expect(maskNumbersIn<Json>(survey, OWN)).toEqual(survey);
  const orders = [said("agent", "is it 4471?"), said("user", "no, 98765"), said("agent", "in 2026, for 250 riyals?")];
  expect(maskNumbersIn<Json>(orders, OWN)).toEqual(orders);
  const parts = ["4471", "98765", "2026", "Riyadh 11564", "250"];
  expect(maskNumbersIn<Json>(parts, OWN)).toEqual(parts);
});

/* ── Properties ──────────────────────────────────────────────────────────────────────────────────────────────────── */

const ZEROES = ["0", "٠", "۰", "０", "०"];
const written = fc
  .record({
    number: fc.constantFrom("0501234567", "+966501234567", "00966501234567", "0538719042", "+14155552671"),
    zero: fc.constantFrom(...ZEROES),
    separator: fc.constantFrom("", "", " ", "-", ".", "/", "، ", "\u200B", " - ", "_", "\u00AD\u200F"),
    group: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ number, zero, separator, group }) => {
    const digits = [...number.matchAll(/\+|\d/g)].map(([sign]) =>
      sign === "+" ? sign : String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(sign)),
    );
    const text = digits.map((digit, index) => (index > 0 && index % group === 0 ? separator : "") + digit).join("");
    return { number, text };
  });
const words = fc.array(fc.constantFrom("call", "رقمي", "at", "order", "cust_", "(", "is:", "\n", "نعم"), {
  maxLength: 3,
});

test("what is left of a text contains no number, and masking it again changes nothing", () => {
  fc.assert(
    fc.property(words, written, words, (before, { number, text }, after) => {
      const whole = `${before.join(" ")}${text}${after.map((word) => ` ${word}`).join("")}`;
      for (const value of [whole, { [whole]: [whole] }, [said("user", whole)], JSON.stringify({ a: whole })]) {
        const masked = maskNumbersIn<Json>(value, OWN);
        const left = digitsOf(JSON.stringify(masked).normalize("NFKC"));
        expect(left, whole).not.toContain(digitsOf(number).slice(-7));
        expect(left.length, whole).toBeLessThanOrEqual(2);
        expect(maskNumbersIn<Json>(masked, OWN), whole).toEqual(masked);
      }
    }),
    { numRuns: 300 },
  );
});

test("a text without numbers stays as it is", () => {
  const plain = fc.array(
    fc.constantFrom(
      "call ",
      "رقمي ",
      "order 4471 ",
      "on 2026-05-04 ",
      "at 09:30 ",
      "61.25 SAR ",
      "x_12 ",
      "a-1 ",
      "\n",
      "٢٠ ",
      "{",
      "[",
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(plain, (parts) => {
      const text = parts.map((part, index) => `${part}${index % 2 === 0 ? "and then " : "which is "}`).join("");
      expect(maskNumbersIn(text, OWN)).toBe(text);
    }),
    { numRuns: 200 },
  );
});

/* ── Size ────────────────────────────────────────────────────────────────────────────────────────────────────────── */

const HOSTILE = [
  "1",
  "12 34 ",
  "1,",
  "12.5 ",
  "a-1",
  "12345 x ",
  "12345678 x ",
  "+9",
  "(05)",
  "5f3a9c01 ",
  // One word of many ids.
  "abcdef0123456789abc-",
  "0501 x ",
  "x0501112233 ",
  "1.",
  "0.",
  "٣ ",
  "०",
  "%31",
  String.raw`\u0660`,
  "[",
  "{",
  '"',
  "-_",
  "-1_",
  "\u200B1",
  "2026-",
  "2026-05-04",
  "0,000",
  "•••1",
];

/** Processor time of this process, in milliseconds, so that other processes do not count. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

test("masking takes time in proportion to the size, for any text and for many texts", () => {
  test.setTimeout(120_000);
  for (const piece of HOSTILE) {
    for (const shape of [
      (size: number): Json => piece.repeat(size / piece.length),
      (size: number): Json =>
        Array.from({ length: size / 2000 }, () => said("user", piece.repeat(2000 / piece.length))),
    ]) {
      maskNumbersIn(shape(20_000), OWN);
      const small = processorTime(() => maskNumbersIn(shape(60_000), OWN));
      const large = Math.min(...[1, 2].map(() => processorTime(() => maskNumbersIn(shape(240_000), OWN))));
      // Four times the size; quadratic work would take sixteen times as long. The constant allows for the garbage collector.
      expect(large, `${piece}: ${small} ms, ${large} ms`).toBeLessThan(8 * small + 100);
    }
  }
});

test("masking a large transcript lets other work run in between", async () => {
  const turns = Array.from({ length: 600 }, () => said("user", "12345678 x ".repeat(182)));
  let masked: Json = null;
  const turnsOfLoop = await turnsDuring(async () => {
    masked = await maskNumbersInTurns<Json>(turns, OWN);
  });
  expect(turnsOfLoop).toBeGreaterThan(10);
  expect(masked).toEqual(maskNumbersIn<Json>(turns, OWN));
});
