import { expect, test } from "@playwright/test";

import { comparableStretches, isUnusualSilence, silence, usualCount } from "@/lib/delivery/arrivals";

const at = (iso: string) => new Date(iso);

test("a stretch is compared with the same time of the eight weeks before, by the clock of the zone", () => {
  // Egypt's clocks went forward on 24 April 2026: 10:00 there was 08:00 UTC before and is 07:00 UTC after.
  const stretch = { from: at("2026-04-28T07:00:00Z"), to: at("2026-04-28T08:00:00Z") };
  const { rhythm, stretches } = comparableStretches(stretch, "Africa/Cairo", at("2020-01-01T00:00:00Z"));
  expect(rhythm).toBe("weeks");
  expect(stretches).toHaveLength(8);
  expect(stretches[0]).toEqual({ from: at("2026-04-21T08:00:00Z"), to: at("2026-04-21T09:00:00Z") });
});

test("weeks before the first delivery are not counted; a young dashboard compares days, a very young one nothing", () => {
  const stretch = { from: at("2026-05-20T10:00:00Z"), to: at("2026-05-20T11:00:00Z") };
  const compare = (first: string | null) =>
    comparableStretches(stretch, "Asia/Riyadh", first === null ? null : at(first));
  expect(compare("2026-04-29T00:00:00Z")).toMatchObject({ rhythm: "weeks", stretches: { length: 3 } });
  expect(compare("2026-05-12T00:00:00Z")).toMatchObject({ rhythm: "days", stretches: { length: 7 } });
  expect(compare("2026-05-17T00:00:00Z")).toMatchObject({ rhythm: "days", stretches: { length: 3 } });
  expect(compare("2026-05-18T00:00:00Z").stretches).toEqual([]);
  expect(compare(null).stretches).toEqual([]);
});

test("the usual count is the median", () => {
  expect(usualCount([])).toBeNull();
  expect(usualCount([7])).toBe(7);
  expect(usualCount([9, 1, 5])).toBe(5);
  expect(usualCount([10, 0, 4, 6])).toBe(5);
});

test("a silence begins with the last delivery, lasts ten minutes at least and a day at most", () => {
  const now = at("2026-05-20T12:00:00Z");
  expect(silence(null, now)).toBeNull();
  expect(silence(at("2026-05-20T11:50:01Z"), now)).toBeNull();
  expect(silence(at("2026-05-20T11:50:00Z"), now)).toEqual({ from: at("2026-05-20T11:50:00Z"), to: now });
  expect(silence(at("2026-05-10T08:00:00Z"), now)).toEqual({
    from: at("2026-05-10T08:00:00Z"),
    to: at("2026-05-11T08:00:00Z"),
  });
});

test("a silence is unusual where deliveries usually came, and hardly ever none", () => {
  expect(isUnusualSilence([12, 9, 14, 11])).toBe(true);
  expect(isUnusualSilence([12, 9, 0, 11])).toBe(true);
  expect(isUnusualSilence([12, 0, 0, 11]), "half of the weeks were silent too").toBe(false);
  expect(isUnusualSilence([2, 1, 2, 3]), "hardly anything comes at this time").toBe(false);
  expect(isUnusualSilence([]), "nothing to compare with").toBe(false);
});
