import { readFileSync } from "node:fs";

import { expect, test } from "@playwright/test";

test("vercel.json has only daily schedules, because the smallest plan refuses to deploy others", () => {
  const { crons } = JSON.parse(readFileSync("vercel.json", "utf8")) as { crons: { path: string; schedule: string }[] };
  expect(crons.map(({ path }) => path)).toEqual(["/api/jobs"]);
  for (const { schedule } of crons) {
    expect(schedule).toMatch(/^\d{1,2} \d{1,2} \* \* \*$/);
  }
});
