import { expect, test } from "@playwright/test";

import { jobProblem } from "@/lib/job-problem";

for (const [code, problem] of [
  ["57014", "slow"],
  ["57P01", "unavailable"],
  ["08006", "unavailable"],
  ["ECONNREFUSED", "unavailable"],
  ["CONNECT_TIMEOUT", "unavailable"],
  ["DATABASE_AWAY", "unavailable"],
  ["40P01", "busy"],
  ["55P03", "busy"],
  ["42501", "forbidden"],
  ["42P01", "unknown"],
  ["53100", "full"],
  ["XX001", "damaged"],
  ["P0001", "refused"],
  ["23503", "refused"],
  ["TypeError", "unknown"],
  ["", "unknown"],
  ["constructor", "unknown"],
] as const) {
  test(`${code || "no code"} means ${problem}`, () => {
    expect(jobProblem(code)).toBe(problem);
  });
}
