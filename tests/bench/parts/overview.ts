import { startBenchApp } from "../app";
import { signInAt } from "../client";
import type { BenchContext } from "../context";
import type { FilledDatabase } from "../data/kept";
import type { LineId, Measured } from "../lines";
import { spread } from "../rounds";
import { readStatements, resetStatements } from "../statements";

/** No filter, and each single one that counts: the figures of most are summed beforehand. */
const SUMMED = [
  "",
  "outcome=complete",
  "goal=success",
  "direction=inbound",
  "language=en",
  "scenario=delivery-confirmation",
  "scenario=vip-concierge",
  "attempt=2",
  "dial=reached",
  "counted=false",
  "weekday=5",
  "hour=7",
];
/** Filters whose figures are counted from the calls. */
const COUNTED = [
  "outcome=no_answer,complete",
  "language=en&scenario=delivery-confirmation",
  "phone=4567",
  `q=${encodeURIComponent("النرجس")}`,
  "min_duration=600",
  "reviewed=true",
];
const DAY_MS = 86_400_000;
/** A page that takes as long as this is not requested again. */
const SLOW_MS = 3_000;

type Timed = { query: string; small: number[]; large: number[] };

/** The database's time of the whole overview, at both sizes, for three ranges and under each filter. */
export async function measureOverview(context: BenchContext): Promise<Measured[]> {
  const { data, small, large, folder, rounds } = context;
  const sides = await Promise.all([small, large].map((calls) => openSide(context, data.filled(calls))));
  try {
    const { until } = data.filled(large);
    const day = (before: number) => new Date(until.getTime() - before * DAY_MS).toISOString().slice(0, 10);
    const ranges = [`from=${day(7)}&to=${day(0)}`, `from=${day(30)}&to=${day(0)}`, `from=${day(366)}&to=${day(0)}`];
    const [ofSmall, ofLarge] = sides.map((side) => side.time);
    const timedUnder = async (filters: readonly string[]) => {
      const timed: Timed[] = [];
      for (const query of ranges.flatMap((range) => filters.map((one) => (one === "" ? range : `${range}&${one}`)))) {
        context.say(`overview: ${query}`);
        const times: Timed = { query, small: [], large: [] };
        await ofSmall?.(query);
        await ofLarge?.(query);
        for (let round = 0; round < rounds; round += 1) {
          times.small.push((await ofSmall?.(query)) ?? Number.NaN);
          times.large.push((await ofLarge?.(query)) ?? Number.NaN);
          if ((times.large.at(-1) ?? 0) > SLOW_MS) {
            break;
          }
        }
        timed.push(times);
      }
      return timed;
    };
    const summed = await timedUnder(SUMMED);
    return [
      worstRatio("overviewRatio", summed),
      worstTime("overviewTime", summed),
      worstTime("overviewCounted", await timedUnder(COUNTED)),
    ];
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }

  async function openSide({ data }: BenchContext, { applicationUrl, name }: FilledDatabase) {
    const app = await startBenchApp({ applicationUrl, folder });
    const client = await signInAt(app);
    return {
      async time(query: string): Promise<number> {
        await resetStatements(data.admin);
        const began = performance.now();
        const { body } = await client.get(`/?${query}`);
        const elapsed = performance.now() - began;
        // A statement that was cancelled is not counted. Then the page took at least as long as it had.
        return Math.max((await readStatements(data.admin, name)).total, isFailed(body) ? elapsed : 0);
      },
      close: () => app.stop(),
    };
  }
}

/** Whether a panel of the page failed: then the streamed page tells React so. */
function isFailed(body: Buffer): boolean {
  return body.includes("$RX(");
}

function medianOf(values: readonly number[]): number {
  return spread(values).median;
}

function worstRatio(line: LineId, timed: readonly Timed[]): Measured {
  const ratio = ({ small, large }: Timed) => medianOf(large) / medianOf(small);
  const sorted = timed.toSorted((a, b) => ratio(b) - ratio(a));
  return {
    line,
    values: sorted[0]?.large.map((value) => value / medianOf(sorted[0]?.small ?? [])) ?? [],
    detail: `${timed.length} pages; worst: ${sorted
      .slice(0, 3)
      .map((one) => `\`${one.query}\` ${medianOf(one.large).toFixed(0)} ms : ${medianOf(one.small).toFixed(0)} ms`)
      .join(", ")}`,
  };
}

function worstTime(line: LineId, timed: readonly Timed[]): Measured {
  const sorted = timed.toSorted((a, b) => medianOf(b.large) - medianOf(a.large));
  return {
    line,
    values: sorted[0]?.large ?? [],
    detail: `median of the pages ${medianOf(timed.map(({ large }) => medianOf(large))).toFixed(0)} ms; slowest: ${sorted
      .slice(0, 3)
      .map((one) => `\`${one.query}\` ${medianOf(one.large).toFixed(0)} ms`)
      .join(", ")}`,
  };
}
