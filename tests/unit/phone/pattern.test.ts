import { expect, test } from "@playwright/test";

import { numberPattern, parseSoughtNumber } from "@/lib/phone/pattern";

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
