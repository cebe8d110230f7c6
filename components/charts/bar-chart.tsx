import { scaleBand, scaleLinear } from "d3-scale";

import { sendOnce } from "@/components/send-once";

import { type BarBand, type BarMarks, BarPlot, type BarPlotProps } from "./bar-plot";

export type BarBucket = {
  /** The full label for the tooltip: "Mon 17 Nov", "14:00–15:00". */
  label: string;
  /** The label below the bar; null if there is no room. Minor labels are hidden on narrow screens. */
  tick: { text: string; isMinor: boolean } | null;
  total: string;
  href?: string | undefined;
  /** Whether the period has not ended. The bar is then drawn lighter. */
  isPartial: boolean;
  /** One value per series, from the bottom of the bar to the top; null for no value. */
  values: ({ count: number; text: string; href?: string | undefined } | null)[];
};

/** The size of the plot in SVG units. The plot is stretched to the available space. */
const WIDTH = 1_000;
const HEIGHT = 100;
/** Keeps one call among thousands visible. */
const MIN_HEIGHT = 0.8;
const HEADROOM = 4;

/**
 * Stacked bars over time, computed on the server. Each bar and each part of a bar can be a link. Time runs from left to right
 * in all languages, as in the player.
 */
export async function BarChart({
  buckets,
  formatTick,
  ...props
}: Omit<BarPlotProps, "bands" | "marks" | "gridlines" | "barWidth" | "step"> & {
  buckets: BarBucket[];
  formatTick: (count: number) => string;
}) {
  const maxTotal = Math.max(
    1,
    ...buckets.map(({ values }) => values.reduce((sum, value) => sum + (value?.count ?? 0), 0)),
  );
  const y = scaleLinear([0, maxTotal], [HEIGHT, HEADROOM]).nice(4);
  const x = scaleBand(
    buckets.map((_, index) => index),
    [0, WIDTH],
  )
    // Keeps few bars from becoming too wide and many bars from touching.
    .paddingInner(buckets.length <= 10 ? 0.45 : 0.22)
    .paddingOuter(0.2);
  const left = (index: number) => round(x(index) ?? 0);
  const bands = buckets.map(({ label, tick, total, isPartial, values }, index): BarBand => ({
    label,
    tick,
    total,
    isPartial,
    x: left(index),
    parts: values.flatMap((value, series) => (value === null || value.count === 0 ? [] : [[series, value.text]])),
  }));
  const marks = buckets.map(({ label, total, href, isPartial, values }, index): BarMarks => {
    let top = HEIGHT;
    return {
      label: `${label}: ${total}${isPartial ? ` (${props.partialLabel})` : ""}`,
      href,
      isPartial,
      x: left(index),
      parts: values.flatMap((value, series) => {
        if (value === null || value.count === 0) {
          return [];
        }
        const height = Math.max(MIN_HEIGHT, y(0) - y(value.count));
        top -= height;
        const name = `${label}: ${props.series[series]?.name}, ${value.text}`;
        return [{ series, y: round(top), height: round(height), label: name, href: value.href }];
      }),
    };
  });
  const gridlines = y
    .ticks(4)
    .filter(Number.isInteger)
    .map((count) => ({ at: round(y(count)), text: formatTick(count) }));
  return (
    <BarPlot
      {...props}
      bands={bands}
      marks={await sendOnce(marks)}
      gridlines={gridlines}
      barWidth={round(x.bandwidth())}
      step={round(x.step())}
    />
  );
}

const round = (value: number) => Math.round(value * 100) / 100;
