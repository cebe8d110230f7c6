import { expect, test } from "@playwright/test";
import fc from "fast-check";

import { numberRuns } from "@/lib/text/number-runs";

const runs = (text: string) => numberRuns(text).map(([from, to]) => text.slice(from, to));

for (const [text, found] of [
  ["رقمي +966 50 111 2233 وطلبي", ["+966 50 111 2233"]],
  ["رقمي ٠٥٠ ١١١ ٢٢٣٣.", ["٠٥٠ ١١١ ٢٢٣٣"]],
  ["رقمي +966 (0) 50-111-2233، شكرا", ["+966 (0) 50-111-2233"]],
  ["اتصل على (050) 111 2233", ["(050) 111 2233"]],
  ["اتصل (+966) 50 111 2233", ["(+966) 50 111 2233"]],
  ["اتصل 050 - 111 - 2233", ["050 - 111 - 2233"]],
  ["اتصل 050 / 111 / 2233", ["050 / 111 / 2233"]],
  ["اتصل +966  50 111 2233", ["+966  50 111 2233"]],
  ["اتصل + 966 50 111 2233", ["+ 966 50 111 2233"]],
  ["من 10 - 12 كم", []],
  ["من -5 - 12", ["-5"]],
  ["اطلب *920# الآن", ["*920#"]],
  ["(المبلغ 1,234.56 ريال)", ["1,234.56"]],
  ["+966501112233", ["+966501112233"]],
  ["الموعد 2026-11-26 الساعة 10:30–11:00", ["2026-11-26", "10:30–11:00"]],
  ["الحرارة -5 أو −7", ["-5", "−7"]],
  ["الطلب 4471-ORD و 12_b", ["4471-ORD", "12_b"]],
  ["الطلب #4471", ["#4471"]],
  // One group without a sign, or digits that belong to a word.
  ["طلبت 3 وجبات", []],
  ["(5 كم)", []],
  ["ORD4471 x", []],
  ["50%", []],
  ["شارع-5", []],
  ["1، 2، 3", []],
  ["", []],
] as const) {
  test(`the numbers of ${JSON.stringify(text)}`, () => {
    expect(runs(text)).toEqual(found);
  });
}

test("runs begin and end with a digit, a letter or a sign, are in order and do not overlap", () => {
  const text = fc.string({ unit: fc.constantFrom(..."0١9+-−()/.: \u00A0اb#") });
  fc.assert(
    fc.property(text, (value) => {
      let last = 0;
      for (const [from, to] of numberRuns(value)) {
        expect(from).toBeGreaterThanOrEqual(last);
        expect(value.slice(from, to)).toMatch(/^[-+−#*(\p{Nd}].*[A-Za-z\p{Nd}#]$/u);
        last = to;
      }
    }),
  );
});

test("a long text of digits and separators is read in one pass", () => {
  for (const text of ["1", "1 ", "1-", "+", "(1)", "1)", "a1", "1 - ", "*1", "(+1) "]) {
    expect(numberRuns(text.repeat(200_000)).length).toBeLessThanOrEqual(200_000);
  }
});
