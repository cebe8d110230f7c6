import { expect, test } from "@playwright/test";

import { maskNumber, maskOwnNumberIn, maskAllNumbersIn } from "@/lib/phone/mask";

test("a masked number shows its country code and its last two digits", () => {
  expect(maskNumber("+966501234567")).toBe("+966 ••• 67");
  expect(maskNumber("+447700900123")).toBe("+44 ••• 23");
  for (const text of ["anonymous", "sip:1001@pbx", "", "0501234567"]) {
    expect(maskNumber(text), text).toBe("•••");
  }
});

test("`maskOwnNumberIn` masks the call's number wherever it occurs, and keeps other numbers", () => {
  const transcript = ["Is this 050 123 4567?", "نعم ٠٥٠١٢٣٤٥٦٧", "my order is 98765432"];
  expect(maskOwnNumberIn(transcript, "+966501234567")).toEqual(["Is this •••?", "نعم •••", "my order is 98765432"]);
  expect(maskOwnNumberIn({ phone: 966501234567, amount: 250 }, "+966501234567")).toEqual({ phone: "•••", amount: 250 });
  expect(maskOwnNumberIn("call sip:1001@pbx (a.b)", "sip:1001@pbx")).toBe("call ••• (a.b)");
  expect(maskOwnNumberIn("anything", null)).toBe("anything");
  for (const stored of [
    "0500000014",
    "500000014",
    "\u202A+966500000014\u202C",
    "tel:+966500000014",
    "011966500000014",
  ]) {
    expect(maskOwnNumberIn("call 050 000 0014 or +966500000014, not 0500000015", stored), stored).toBe(
      "call ••• or •••, not 0500000015",
    );
  }
});

const OWN = "+966501234567";

test("`maskAllNumbersIn` masks other phone numbers too, in any notation", () => {
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
    const masked = maskAllNumbersIn(text, OWN);
    expect(masked, text).toContain("•••");
    expect(masked, text).not.toMatch(/[78٧٨۷۸]\D{0,4}[17١٧۱۷]|9042|٩٠٤٢|456/u);
  }
  expect(maskAllNumbersIn(["no call of its own: 0538719042", "+14155552671"], null)).toEqual([
    "no call of its own: •••",
    "•••",
  ]);
  expect(maskAllNumbersIn({ "+966538719042": 966538719042, own: 501234567 }, OWN)).toEqual({
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
    "0b2c3d4e-1234-4321-8888-123456789012",
    "ORD-2024-000123456789",
    "AWB123456789012",
    "call_0123456789",
    "5f3a9c0123456789ab",
    "1777885200",
    "1777885200000",
    "flat 12, building 3456, street 789",
    1777885200,
    1777885200000,
    61.250123456,
    1234567890,
    "10%",
    true,
    null,
  ]) {
    expect(maskAllNumbersIn(value, OWN)).toEqual(value);
  }
  const turn = { start_at: 4.251234567, duration_ms: 1200, tool_call_id: "call_9876543210", is_error: false };
  expect(maskAllNumbersIn(turn, OWN)).toEqual(turn);
});

test("JSON in a text, such as the arguments of a tool, is parsed and masked", () => {
  const args = String.raw`{"mobile": "\u0660\u0665\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667", "nested": "{\"n\": 966501234567}"}`;
  const masked = { mobile: "•••", nested: JSON.stringify({ n: "•••" }) };
  for (const mask of [maskOwnNumberIn, maskAllNumbersIn]) {
    expect(JSON.parse(mask(args, OWN) as string)).toEqual(masked);
    expect(JSON.parse(mask({ arguments: args }, OWN).arguments)).toEqual(masked);
    const untouched = '{ "when" : "2026-05-04", "order": 1234567890 }';
    expect(mask(untouched, OWN)).toBe(untouched);
    const deep = "[".repeat(5000);
    expect(mask(deep, OWN)).toBe(deep);
  }
  expect(maskOwnNumberIn(String.raw`{"other": "0538719042"}`, OWN)).toBe(String.raw`{"other": "0538719042"}`);
  expect(maskAllNumbersIn(String.raw`{"other": "0538719042", "n": 538719042}`, OWN)).toBe('{"other":"•••","n":"•••"}');
});

test("a megabyte of any text is masked with a few seconds of processor time", () => {
  for (const piece of ["1", "12 34 ", "1,", "12.5 ", "a-1", "12345 x ", "12345678 x ", "+9", "(05)", "5f3a9c01 "]) {
    // Not the time on the clock, because other processes may use the processor too.
    const before = process.cpuUsage();
    maskAllNumbersIn(piece.repeat(1_000_000 / piece.length), OWN);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000_000, piece).toBeLessThan(5);
  }
});
