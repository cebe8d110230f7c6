import fc from "fast-check";

import { readPeople } from "@/db/statistics/people";
import { readSummary } from "@/db/statistics/summary";
import { type CallFilter, NO_FILTER } from "@/lib/call/filter";
import type { CallRecord } from "@/scripts/simulator/records";
import { sendHistory } from "@/scripts/simulator/traffic";
import { expect, test } from "@/tests/fixtures/test";

const DAY_MS = 86_400_000;

/** A call that the vendor told of, as the test counts it. */
type Told = CallRecord & { outcome: NonNullable<CallRecord["outcome"]>; at: Date };

const isNeverDialled = ({ outcome }: Told) => outcome === "cancelled" || outcome === "expired";

/** A plain recount: no SQL, and nothing of Callboard except the shape of a filter. */
function recount(calls: readonly Told[], filter: CallFilter, range: { from: Date; to: Date }) {
  const matches = (call: Told) =>
    call.at >= range.from &&
    call.at < range.to &&
    has(filter.scenario, call.scenarioId) &&
    has(filter.language, call.language) &&
    has(filter.direction, call.direction) &&
    has(filter.outcome, call.outcome) &&
    has(filter.attempt, String(call.attempt)) &&
    (filter.minDuration === null || (call.durationSeconds ?? -1) >= filter.minDuration);
  const found = calls.filter(matches);
  const dials = found.filter((call) => !isNeverDialled(call));
  const people = { reached: 0, trying: 0, not_reached: 0, called_off: 0 };
  for (const id of new Set(found.map((call) => call.contactId))) {
    people[stateOf(calls.filter((call) => call.contactId === id))] += 1;
  }
  const attempts = [...Map.groupBy(dials, (call) => call.attempt)]
    .map(([attempt, all]) => ({ attempt, dials: all.length, reached: all.filter(isReached).length }))
    .toSorted((a, b) => a.attempt - b.attempt);
  return { calls: found.length, dials: dials.length, reached: dials.filter(isReached).length, people, attempts };
}

const isReached = ({ outcome }: Told) => outcome === "complete";

function has(values: readonly string[], value: string | null): boolean {
  return values.length === 0 || (value !== null && values.includes(value));
}

/** What also selects `value`. Null is selected by no value, only by no condition. */
function withValue(values: readonly string[], value: string | null): string[] {
  return values.length === 0 || value === null ? [] : [...new Set([...values, value])];
}

function stateOf(group: readonly Told[]) {
  const last = group.toSorted((a, b) => b.attempt - a.attempt)[0];
  if (group.some(isReached)) {
    return "reached";
  }
  if (last === undefined || isNeverDialled(last)) {
    return "called_off";
  }
  return last.nextRetryAt === null ? "not_reached" : "trying";
}

test("people reached, dials reached and reach by attempt equal a recount of the vendor's own records, for any filter", async ({
  app,
  database,
  vendor,
}) => {
  test.setTimeout(300_000);
  await database.empty();
  vendor.clearFaults();
  const sentFrom = new Date(Date.now() - 1000);
  const sent = await sendHistory({
    webhookUrl: app.webhookUrl,
    vendor,
    count: 700,
    days: 30,
    seed: "recount",
    order: "shuffled",
    duplicates: 0.05,
  });
  expect(sent.failed).toEqual([]);
  const ids = new Set(sent.calls.map(({ id }) => id));
  await expect
    .poll(() => database.sql`select 1 from calls where verified_at is null limit 1`, { timeout: 200_000 })
    .toEqual([]);
  expect(await database.sql`select count(*)::int as calls from calls`).toEqual([{ calls: ids.size }]);

  const told = vendor.records().flatMap((record): Told[] => {
    const { outcome, startedAt, scheduledAt, createdAt } = record;
    return outcome === null || !ids.has(record.callId)
      ? []
      : [
          {
            ...record,
            outcome,
            // The history was sent just now, and a call that was never dialled stands where its ending was heard of.
            at:
              outcome === "cancelled" || outcome === "expired"
                ? sentFrom
                : new Date(startedAt ?? scheduledAt ?? createdAt),
          },
        ];
  });
  expect(told).toHaveLength(ids.size);
  const values = (of: (call: Told) => string | null) => [...new Set(told.flatMap((call) => of(call) ?? []))];
  const some = (of: (call: Told) => string | null) =>
    fc.oneof(
      fc.constant<string[]>([]),
      fc.subarray(values(of), { minLength: 1, maxLength: Math.min(3, values(of).length) }),
    );
  const anyFilters = fc.record({
    scenario: some((call) => call.scenarioId),
    language: some((call) => call.language),
    direction: some((call) => call.direction),
    outcome: some((call) => call.outcome),
    attempt: some((call) => String(call.attempt)),
    minDuration: fc.option(fc.integer({ min: 0, max: 120 })),
    days: fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: -1, max: 30 })),
  });
  // With so many conditions, less than half of them select anything. These are widened until they select a given dial.
  const widened = fc
    .tuple(anyFilters, fc.constantFrom(...told.filter((call) => !isNeverDialled(call))))
    .map(([filter, call]) => {
      const daysAgo = Math.floor((sentFrom.getTime() - call.at.getTime()) / DAY_MS);
      return {
        scenario: withValue(filter.scenario, call.scenarioId),
        language: withValue(filter.language, call.language),
        direction: withValue(filter.direction, call.direction),
        outcome: withValue(filter.outcome, call.outcome),
        attempt: withValue(filter.attempt, String(call.attempt)),
        minDuration: (call.durationSeconds ?? -1) < (filter.minDuration ?? -1) ? null : filter.minDuration,
        days: [...filter.days, daysAgo - 1, daysAgo + 1],
      };
    });
  const filters = fc.oneof(anyFilters, widened);
  const seen = { filters: 0, people: 0 };
  await fc.assert(
    fc.asyncProperty(filters, async ({ days, ...narrowing }) => {
      const ago = (count: number) => new Date(sentFrom.getTime() - count * DAY_MS - 1);
      const range = { from: ago(Math.max(...days)), to: ago(Math.min(...days)) };
      const filter: CallFilter = { ...NO_FILTER, ...narrowing, counted: true };
      const [{ current, attempts }, people] = await Promise.all([
        readSummary(filter, range, null),
        readPeople(filter, range, null),
      ]);
      const { calls, dials, reached } = current.figures;
      const expected = recount(told, filter, range);
      expect({ calls, dials, reached, people: people.current, attempts }).toEqual(expected);
      seen.filters += expected.dials > 0 ? 1 : 0;
      seen.people += expected.people.reached;
    }),
    { numRuns: 150, endOnFailure: true },
  );
  // Random filters that select nothing would prove nothing.
  expect(seen.filters).toBeGreaterThan(50);
  expect(seen.people).toBeGreaterThan(200);
  // All four states occur in the history.
  const all = recount(told, NO_FILTER, { from: new Date(0), to: new Date(Date.now() + DAY_MS) });
  expect(Object.values(all.people).filter((count) => count > 0)).toHaveLength(4);
});
