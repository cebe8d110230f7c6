import { expect, test } from "@playwright/test";

import type { TranscriptMessage } from "@/lib/call/facts";
import { searchTextsOf } from "@/lib/call/search-texts";
import { digitsOf } from "@/lib/text/digits";

const said = (content: string, startAt: number): TranscriptMessage => ({
  type: "message",
  role: "user",
  content,
  startAt,
});

test("the texts for the search contain no digit of a phone number, in any notation and over two turns", async () => {
  const { spoken, name } = await searchTextsOf({
    phoneNumber: "+966501234567",
    variables: { customer_name: "Sara 0501234567" },
    transcript: [
      said("تمام، ١٢٣ ٤٥٦٧", 9),
      said("my number is 050", 4),
      said("or 053 871 9042, cust_0501112233, 05_38_71_90_42, ０５０１２３４５６７", 12),
      said("order ORD-4471 on 2026-05-04", 15),
    ],
  });
  expect(name.trim()).toBe("sara •••");
  expect(spoken).toContain("order ord-4471 on 2026-05-04");
  expect(digitsOf(spoken ?? "")).toBe("447120260504");
  expect(await searchTextsOf({ phoneNumber: null, variables: null, transcript: null })).toEqual({
    spoken: null,
    name: "",
  });
});

test("no more of the speech is read than the index can hold, in the order of time", async () => {
  const long = "word ".repeat(79_999);
  const { spoken } = await searchTextsOf({
    phoneNumber: null,
    variables: null,
    transcript: [said("never", 3), said("ends", 2), said(long, 1)],
  });
  expect(spoken).toContain("ends");
  expect(spoken).not.toContain("never");
});
