/** Rounds of a measurement: the same work several times, both sides of a ratio in turn, because a machine's speed changes by the minute. */

export type Spread = { median: number; least: number; most: number };

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle] ?? Number.NaN,
    sorted[middle] ?? Number.NaN,
  ];
  return { median: (low + high) / 2, least: sorted[0] ?? Number.NaN, most: sorted.at(-1) ?? Number.NaN };
}

/** Runs each side once a round. The side that begins changes with the round. Returns what each side returned, by round. */
export async function inTurn<One, Other>(
  rounds: number,
  one: () => Promise<One>,
  other: () => Promise<Other>,
): Promise<{ one: One[]; other: Other[] }> {
  const results: { one: One[]; other: Other[] } = { one: [], other: [] };
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) {
      results.one.push(await one());
      results.other.push(await other());
    } else {
      results.other.push(await other());
      results.one.push(await one());
    }
  }
  return results;
}

/** The ratio of the two sides in each round. */
export function ratios(one: readonly number[], other: readonly number[]): number[] {
  return one.map((value, round) => value / (other[round] ?? Number.NaN));
}
