import { expect, test } from "@playwright/test";

import { maskNumber, maskNumberIn } from "@/lib/mask";

test("a masked number keeps its country and its last two digits", () => {
  expect(maskNumber("+966501234567")).toBe("+966 ••• 67");
  expect(maskNumber("+447700900123")).toBe("+44 ••• 23");
  for (const text of ["anonymous", "sip:1001@pbx", "", "0501234567"]) {
    expect(maskNumber(text), text).toBe("•••");
  }
});

test("the call's own number is hidden wherever it is repeated, and other numbers stay", () => {
  const transcript = ["Is this 050 123 4567?", "نعم ٠٥٠١٢٣٤٥٦٧", "my order is 98765432"];
  expect(maskNumberIn(transcript, "+966501234567")).toEqual(["Is this •••?", "نعم •••", "my order is 98765432"]);
  expect(maskNumberIn({ phone: 966501234567, amount: 250 }, "+966501234567")).toEqual({ phone: "•••", amount: 250 });
  expect(maskNumberIn("call sip:1001@pbx (a.b)", "sip:1001@pbx")).toBe("call ••• (a.b)");
  expect(maskNumberIn("anything", null)).toBe("anything");
});
