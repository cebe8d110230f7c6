import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { ERASED, eraseNumber, numberPattern, parseSoughtNumber } from "@/lib/phone/pattern";

const sought = parseSoughtNumber("+966 50 123 4567");

test("a number is parsed in any notation; other text is refused", () => {
  expect(sought).toEqual({ digits: "966501234567", masked: "+…67" });
  expect(parseSoughtNumber("00966501234567")).toEqual(sought);
  expect(parseSoughtNumber("٩٦٦٥٠١٢٣٤٥٦٧")).toEqual(sought);
  for (const text of [
    "\u202A+966501234567\u202C",
    "\u200E00966501234567",
    "(+966) 50 123 4567",
    "＋966501234567",
    "tel:+966-50-123-4567;ext=2",
    "sip:+966501234567@pbx.example.org",
    "011966501234567",
    "0011 966 50 123 4567",
    "+966 (0) 50 123 4567",
  ]) {
    expect(parseSoughtNumber(text), text).toEqual(sought);
  }
  // The last is a national number in Riyadh, although +45 67890 would be one abroad.
  for (const text of ["", "12", "hello", "+", "9".repeat(30), "sip:1001@pbx", "0114567890"]) {
    expect(parseSoughtNumber(text), text).toBeNull();
  }
});

test("a number is found in every notation", () => {
  for (const text of [
    "+966501234567",
    "966501234567",
    "00966 50 123 4567",
    "0501234567",
    "050-123-4567",
    "(050) 123 4567",
    "501234567",
    "+966 (0)50 123 4567",
    "٠٥٠١٢٣٤٥٦٧",
    "۰۵۰۱۲۳۴۵۶۷",
    "tel:+966501234567;ext=1",
    "050, 123, 4567",
    "050/123/4567",
    "٠٥٠، ١٢٣، ٤٥٦٧",
    "رقمي ٠٥٠ ١٢٣ ٤٥٦٧ شكرا",
  ]) {
    expect(sought && text.search(numberPattern(sought)), text).toBeGreaterThanOrEqual(0);
  }
});

test("a number is not found inside other numbers", () => {
  for (const text of [
    "966501234568",
    "1966501234567",
    "9665012345670",
    "05012345678",
    "order 1501234567",
    "50123456",
  ]) {
    expect(sought && text.search(numberPattern(sought)), text).toBe(-1);
  }
});

test("erasing removes the number everywhere in JSON, and keeps the rest", () => {
  const number = sought ?? { digits: "", masked: "" };
  const written = fc.constantFrom("+966501234567", "0501234567", "050 123 4567", "٠٥٠١٢٣٤٥٦٧");
  const text = fc
    .tuple(fc.constantFrom("call ", "رقم ", ""), written, fc.constantFrom(" now", ""))
    .map((parts) => parts.join(""));
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      text,
      fc.constant(966501234567),
      fc.constantFrom("kept", 42, null, true),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(fc.oneof(text, fc.constant("key")), tie("tree"), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const erased = JSON.stringify(eraseNumber(value as never, numberPattern(number)));
      expect(erased).not.toMatch(numberPattern(number));
    }),
    { numRuns: 500 },
  );
  expect(eraseNumber({ a: ["x 0501234567 y", 966501234567, 7], b: null }, numberPattern(number))).toEqual({
    a: [`x ${ERASED} y`, null, 7],
    b: null,
  });
});
