import { expect, test } from "@playwright/test";

import { maskOtherNumbersIn } from "@/lib/phone/mask-others";
import { parseSoughtNumber } from "@/lib/phone/pattern";

const number = parseSoughtNumber("+966501234567") ?? { digits: "", masked: "" };

test("in what a person receives, their own number stays as it is written, and all others are masked, also over several turns", async () => {
  const said = (role: string, content: string) => ({ type: "message", role, content });
  expect(
    await maskOtherNumbersIn(
      {
        phone_number: 966501234567,
        "٠٥٠١٢٣٤٥٦٧": ["050 123 4567 or 0538719042, not 0501234567", 966538719042, 250],
        transcript: [
          said("user", "mine is 0501234567, my brother's 053"),
          said("agent", "yes?"),
          said("user", "871 9042, and mine 050"),
          said("agent", "yes?"),
          said("user", "123 4567"),
        ],
      },
      number,
    ),
  ).toEqual({
    phone_number: 966501234567,
    "٠٥٠١٢٣٤٥٦٧": ["050 123 4567 or •••, not 0501234567", "•••", 250],
    transcript: [
      said("user", "mine is 0501234567, my brother's •••"),
      said("agent", "yes?"),
      said("user", "•••, and mine 050"),
      said("agent", "yes?"),
      said("user", "123 4567"),
    ],
  });
});
