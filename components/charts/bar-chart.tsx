import { scaleBand, scaleLinear } from "d3-scale";

import { type BarBand, BarPlot, type BarPlotProps, type BarSeries } from "./bar-plot";

export type { BarSeries };

export type BarBucket = {
  /** In full, for who points at it: "Mon 17 Nov", "14:00–15:00". */
  label: string;
  /** Under the bar; null where there is no room for it. `isMinor`: left away on a phone. */
  tick: { text: string; isMinor: boolean } | null;
  total: string;
  href?: string | undefined;
  /** Still going on: it is drawn lighter. */
  isPartial: boolean;
  /** One a series, from the bottom of the bar to its top; null where there is none. */
  values: ({ count: number; text: string; href?: string | undefined } | null)[];
};

/** The plot in its own units; it is stretched to whatever place it gets. */
const WIDTH = 1_000;
const HEIGHT = 100;
/** A call among thousands is still seen. */
const LEAST_HEIGHT = 0.8;
const HEADROOM = 4;

/**
 * Stacked bars over time, drawn on the server: every bar and every piece of one is a link. Time runs from left to right in every
 * language, as it does on the player and in the digits of its labels, so that two people who read in different directions see the
 * same picture.
 */
export function BarChart({
  buckets,
  formatTick,
  ...props
}: Omit<BarPlotProps, "bands" | "gridlines"> & { buckets: BarBucket[]; formatTick: (count: number) => string }) {
  const most = Math.max(1, ...buckets.map(({ values }) => values.reduce((sum, value) => sum + (value?.count ?? 0), 0)));
  const y = scaleLinear([0, most], [HEIGHT, HEADROOM]).nice(4);
  const x = scaleBand(
    buckets.map((_, index) => index),
    [0, WIDTH],
  )
    // A few bars stay bars, many stay apart.
    .paddingInner(buckets.length <= 10 ? 0.45 : 0.22)
    .paddingOuter(0.2);
  const thousandth = (value: number) => Math.round(value * 1_000) / 1_000;

  const bands = buckets.map(({ values, ...bucket }, index): BarBand => {
    let top = HEIGHT;
    return {
      ...bucket,
      x: thousandth(x(index) ?? 0),
      parts: values.flatMap((value, series) => {
        if (value === null || value.count === 0) {
          return [];
        }
        const height = Math.max(LEAST_HEIGHT, y(0) - y(value.count));
        top -= height;
        return [{ series, y: thousandth(top), height: thousandth(height), text: value.text, href: value.href }];
      }),
    };
  });
  const gridlines = y
    .ticks(4)
    .filter(Number.isInteger)
    .map((count) => ({ at: thousandth(y(count)), text: formatTick(count) }));
  return (
    <BarPlot
      {...props}
      bands={bands}
      gridlines={gridlines}
      barWidth={thousandth(x.bandwidth())}
      step={thousandth(x.step())}
    />
  );
}
