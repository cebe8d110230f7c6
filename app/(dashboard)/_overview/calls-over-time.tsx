import { ChartColumn, Table2 } from "lucide-react";
import type { Route } from "next";
import { getFormatter, getTranslations } from "next-intl/server";

import { BarChart, type BarBucket } from "@/components/charts/bar-chart";
import { SendContentOnce } from "@/components/send-content-once";
import { Card } from "@/components/ui/card";
import { SegmentedLinks } from "@/components/ui/segmented";
import { Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";
import { readSeries } from "@/db/statistics/series";
import { OUTCOME_KINDS, outcomeColor, outcomeKind, type OutcomeKind } from "@/lib/call/outcome";
import { formats } from "@/lib/i18n/formats";
import { maskFieldsFor, type NumberAccess } from "@/lib/phone/access";
import { type OverviewView, overviewHref } from "@/lib/statistics/overview-view";
import { partHref, partOf } from "@/lib/statistics/part";
import { bucketsOf, bucketUnit, type BucketUnit } from "@/lib/time/period";
import type { TimeRange } from "@/lib/time/time";

import { OutcomeIcon } from "../_call/outcome-icon";
import type { Formatter } from "./names";
import { NumberLink } from "./numbers";

/** A series of the chart. All unknown outcomes share one series, because they have the same colour. */
type Series = { kind: OutcomeKind; outcomes: (string | null)[]; name: string; counts: number[] };

/** Calls over time by outcome, as a stacked chart or as a table of the same numbers. */
export async function CallsOverTime({
  view,
  weekStart,
  now,
  access,
}: {
  view: OverviewView;
  weekStart: number;
  now: Date;
  access: NumberAccess;
}) {
  const { filter, period } = view;
  const unit = bucketUnit(period);
  const ranges = bucketsOf(period, unit, filter.zone, weekStart);
  const [stored, t, tOutcomes, format] = await Promise.all([
    readSeries(filter, ranges),
    getTranslations("overview.series"),
    getTranslations("outcomes.outcome"),
    getFormatter(),
  ]);
  const counts = stored.map((count) => maskFieldsFor(access, count, ["outcome"]));
  const series = OUTCOME_KINDS.flatMap((kind): Series[] => {
    const ours = counts.filter(({ outcome }) => outcomeKind(outcome) === kind);
    const outcomes = [...new Set(ours.map(({ outcome }) => outcome))];
    const [only] = outcomes;
    const perBucket = ranges.map((_, index) =>
      ours.reduce((sum, { bucket, calls }) => sum + (bucket === index ? calls : 0), 0),
    );
    const name =
      kind !== "other" ? tOutcomes(kind) : outcomes.length > 1 ? tOutcomes("other") : (only ?? tOutcomes("unknown"));
    return ours.length === 0 ? [] : [{ kind, outcomes, name, counts: perBucket }];
  });
  const buckets = ranges.map((range, index): BarBucket => {
    // The bounds are computed once for each bar, not for each of its segments.
    const within = partOf(filter, { range }) ?? filter;
    const total = series.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0);
    return {
      label: bucketLabel(format, range, unit),
      tick: tickOf(format, range, unit, index, ranges.length),
      total: format.number(total),
      href: total === 0 ? undefined : partHref(within),
      isPartial: range.from <= now && now < range.to,
      values: series.map(({ counts, outcomes }) => {
        const count = counts[index] ?? 0;
        return count === 0
          ? null
          : { count, text: format.number(count), href: partHref(within, { outcome: outcomes }) };
      }),
    };
  });
  return (
    <Card
      title={t("title")}
      description={t(`by.${unit}`)}
      className="h-full"
      actions={<ViewSwitch view={view} label={t("form")} chart={t("chart")} table={t("table")} />}
    >
      {view.series === "table" ? (
        <SeriesTable
          label={t("title")}
          bucketHeading={t(`unit.${unit}`)}
          totalHeading={t("total")}
          partial={t("partial")}
          series={series}
          buckets={buckets}
        />
      ) : (
        <div className="flex h-full flex-col">
          <BarChart
            label={t("label")}
            hint={t("hint")}
            totalLabel={t("total")}
            partialLabel={t("partial")}
            emptyLabel={t("empty")}
            formatTick={(count) => format.number(count, formats.number[count >= 10_000 ? "compact" : "integer"])}
            series={series.map(({ name, kind }) => ({
              name,
              color: outcomeColor(kind),
              icon: <OutcomeIcon kind={kind} small />,
            }))}
            buckets={buckets}
          />
          <Legend series={series} view={view} label={t("legend")} />
        </div>
      )}
    </Card>
  );
}

function ViewSwitch({
  view,
  label,
  chart,
  table,
}: {
  view: OverviewView;
  label: string;
  chart: string;
  table: string;
}) {
  const item = (form: OverviewView["series"], Icon: typeof Table2, name: string) => ({
    href: overviewHref(view, { series: form }) as Route,
    active: view.series === form,
    label: (
      <>
        <Icon aria-hidden />
        <span className="sr-only">{name}</span>
      </>
    ),
  });
  return <SegmentedLinks label={label} items={[item("chart", ChartColumn, chart), item("table", Table2, table)]} />;
}

function Legend({ series, view, label }: { series: Series[]; view: OverviewView; label: string }) {
  return (
    <SendContentOnce>
      <ul aria-label={label} className="legend">
        {series.map(({ kind, name, outcomes }) => {
          const href = partHref(view.filter, { outcome: outcomes });
          const content = (
            <>
              <i aria-hidden style={{ backgroundColor: outcomeColor(kind) }} />
              <OutcomeIcon kind={kind} small />
              <span>{name}</span>
            </>
          );
          return <li key={kind}>{href === undefined ? <span>{content}</span> : <a href={href}>{content}</a>}</li>;
        })}
      </ul>
    </SendContentOnce>
  );
}

function SeriesTable({
  label,
  bucketHeading,
  totalHeading,
  partial,
  series,
  buckets,
}: {
  label: string;
  bucketHeading: string;
  totalHeading: string;
  partial: string;
  series: Series[];
  buckets: BarBucket[];
}) {
  return (
    <TableScroll label={label} className="-mx-4 max-h-[28rem] overflow-y-auto">
      <SendContentOnce>
        <Table>
          <thead className="sticky top-0 z-10">
            <tr>
              <Th className="sticky start-0 z-10">{bucketHeading}</Th>
              <Th numeric>{totalHeading}</Th>
              {series.map(({ kind, name }) => (
                <Th key={kind} numeric>
                  <span className="inline-flex items-center gap-1.5 align-middle">
                    <OutcomeIcon kind={kind} small />
                    {name}
                  </span>
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {buckets.map((bucket) => (
              <Tr key={bucket.label}>
                <th
                  scope="row"
                  className="sticky start-0 h-8 border-b bg-surface px-3 ps-4 text-start font-normal whitespace-nowrap tabular [tr:hover>&]:bg-[color-mix(in_oklab,var(--hover)_60%,var(--surface))] [tr:last-child>&]:border-b-0"
                >
                  {bucket.label}
                  {bucket.isPartial && <span className="text-subtle"> · {partial}</span>}
                </th>
                <Td numeric className="h-8 font-medium">
                  <NumberLink href={bucket.href}>{bucket.total}</NumberLink>
                </Td>
                {bucket.values.map((value, index) => (
                  <Td key={series[index]?.kind} numeric className="h-8">
                    {value === null ? (
                      <span className="text-subtle">0</span>
                    ) : (
                      <NumberLink href={value.href}>{value.text}</NumberLink>
                    )}
                  </Td>
                ))}
              </Tr>
            ))}
          </tbody>
        </Table>
      </SendContentOnce>
    </TableScroll>
  );
}

function bucketLabel(format: Formatter, { from, to }: TimeRange, unit: BucketUnit): string {
  switch (unit) {
    case "hour":
      return `${format.dateTime(from, formats.dateTime.weekday)}, ${format.dateTime(from, formats.dateTime.time)}–${format.dateTime(to, formats.dateTime.time)}`;
    case "day":
      return format.dateTime(from, formats.dateTime.weekday);
    case "week":
      return format.dateTimeRange(from, new Date(to.getTime() - 1), formats.dateTime.date);
    case "month":
      return format.dateTime(from, formats.dateTime.month);
  }
}

const MAX_TICKS = 10;
const MAX_TICKS_NARROW = 5;

function tickOf(
  format: Formatter,
  { from }: TimeRange,
  unit: BucketUnit,
  index: number,
  count: number,
): BarBucket["tick"] {
  const step = unit === "hour" ? (count > 25 ? 6 : 3) : Math.ceil(count / MAX_TICKS);
  if (index % step !== 0) {
    return null;
  }
  const isMinor = count / step > MAX_TICKS_NARROW && (index / step) % 2 === 1;
  const text =
    unit === "hour"
      ? format.dateTime(from, formats.dateTime.time)
      : unit === "month"
        ? format.dateTime(from, { month: "short", year: "2-digit" })
        : unit === "day" && count <= 7
          ? format.dateTime(from, { weekday: "short", day: "numeric" })
          : format.dateTime(from, formats.dateTime.day);
  return { text, isMinor };
}
