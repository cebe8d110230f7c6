"use client";

import { type CSSProperties, type PointerEvent, type ReactNode, useId, useRef, useState } from "react";

import { cn } from "@/components/cn";

import { readSent, type Sent } from "../sent";
import { useSentHtml } from "../sent-html";
import { useChartLinks } from "./use-chart-links";

type BarSeries = { name: string; color: string; icon: ReactNode };

/** What the tooltip and the axis say of a bar. `x` is in the SVG units of the plot, which is 1,000 wide and 100 high. */
export type BarBand = {
  label: string;
  tick: { text: string; isMinor: boolean } | null;
  total: string;
  isPartial: boolean;
  x: number;
  parts: [series: number, text: string][];
};

/** How a bar is drawn, with its links. A document has this only as HTML. The origin is at the top left. */
export type BarMarks = {
  label: string;
  href: string | undefined;
  isPartial: boolean;
  x: number;
  parts: { series: number; y: number; height: number; label: string; href: string | undefined }[];
};

export type BarPlotProps = {
  /** For screen readers: `label` says what the chart shows, `hint` explains its keys. */
  label: string;
  hint: string;
  /** Labels in the tooltip for the total of a bar and for a bar whose period has not ended. */
  totalLabel: string;
  partialLabel: string;
  emptyLabel: string;
  series: BarSeries[];
  bands: BarBand[];
  marks: Sent<BarMarks[]>;
  gridlines: { at: number; text: string }[];
  /** In SVG units: the width of a bar, and the distance between two. */
  barWidth: number;
  step: number;
};

/** `hrefs` are the links of the bar, by the series; under -1 that of the whole bar. */
type Pointed = { band: number; series: number | null; isPinned: boolean; hrefs: Map<number, string> };

/** Draws `BarChart` and handles mouse, touch and keyboard. The server computes all positions. */
export function BarPlot({
  label,
  hint,
  totalLabel,
  partialLabel,
  emptyLabel,
  series,
  bands,
  marks: sent,
  gridlines,
  barWidth,
  step,
}: BarPlotProps) {
  const { follow, move, remember } = useChartLinks<HTMLElement>();
  const hintId = useId();
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const isTouch = useRef(false);
  const marks = readSent(sent);
  const html = useSentHtml("id" in sent ? sent.id : null);
  const band = pointed === null ? undefined : bands[pointed.band];

  function point(target: EventTarget, isPinned: boolean) {
    const mark = target instanceof Element ? target.closest("[data-x]") : null;
    if (mark === null) {
      return;
    }
    const at = Number(mark.getAttribute("data-x"));
    const links = mark.parentElement?.querySelectorAll("a[data-y]") ?? [];
    const series = seriesOf(mark);
    setPointed({
      band: at,
      series: series === WHOLE_BAR ? null : series,
      isPinned,
      hrefs: new Map([...links].map((link) => [seriesOf(link), link.getAttribute("href") ?? ""])),
    });
  }

  return (
    // The links inside are the interactive elements; one listener handles all their events.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <figure
      dir="ltr"
      aria-label={label}
      aria-describedby={hintId}
      className="grid min-h-66 flex-1 grid-cols-[auto_1fr] grid-rows-[1fr_auto_auto] gap-x-2"
      onClick={(event) => {
        // A finger covers its target, so the first touch selects the bar and the second follows a link in the tooltip.
        const mark = event.target instanceof Element ? event.target.closest("a[data-x]") : null;
        if (isTouch.current && mark !== null) {
          event.preventDefault();
          point(mark, true);
        } else {
          follow(event);
        }
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          setPointed(null);
        }
        move(event);
      }}
      onFocus={(event) => {
        remember(event);
        if (!isTouch.current) {
          point(event.target, false);
        }
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          setPointed(null);
        }
      }}
      onPointerDown={(event) => {
        isTouch.current = event.pointerType === "touch";
      }}
      onPointerMove={(event: PointerEvent) => {
        if (event.pointerType !== "touch") {
          point(event.target, false);
        }
      }}
      onPointerLeave={(event) => {
        if (event.pointerType !== "touch") {
          setPointed(null);
        }
      }}
    >
      <div aria-hidden className="relative text-2xs text-subtle tabular">
        {/* Invisible copies in the layout flow, so that the widest label sets the width of the column. */}
        {gridlines.map(({ at, text }) => (
          <div key={at} className="h-0">
            <span className="invisible">{text}</span>
            <span className="absolute end-0 -translate-y-1/2" style={{ top: `${at}%` }}>
              {text}
            </span>
          </div>
        ))}
      </div>
      <div className="relative">
        {gridlines.map(({ at }) => (
          <div
            key={at}
            aria-hidden
            className={cn("absolute inset-x-0 border-t", at < 100 && "border-dashed")}
            style={{ top: `${at}%` }}
          />
        ))}
        {band !== undefined && (
          <div
            aria-hidden
            className="absolute inset-y-0 bg-foreground/6"
            style={{ insetInlineStart: `${(band.x - (step - barWidth) / 2) / 10}%`, width: `${step / 10}%` }}
          />
        )}
        <svg
          viewBox="0 0 1000 100"
          preserveAspectRatio="none"
          className="bar-marks"
          style={marksStyle(series, barWidth, step)}
          role="presentation"
          {...html}
          data-sent={"id" in sent ? sent.id : undefined}
        >
          {/* React accepts no child beside HTML, not even `false`. */}
          {html === null && marks !== null ? <Marks marks={marks} /> : undefined}
        </svg>
        {pointed !== null && band !== undefined && (
          <BandTooltip
            band={band}
            series={series}
            pointed={pointed}
            center={(band.x + barWidth / 2) / 10}
            totalLabel={totalLabel}
            partialLabel={partialLabel}
            emptyLabel={emptyLabel}
          />
        )}
      </div>
      <div aria-hidden className="relative col-start-2 mt-1.5 h-4 text-2xs whitespace-nowrap text-subtle tabular">
        {bands.map(
          ({ tick, x, label: key }) =>
            tick !== null && (
              <span
                key={key}
                className={cn("absolute -translate-x-1/2", tick.isMinor && "max-sm:hidden")}
                style={{ insetInlineStart: `${(x + barWidth / 2) / 10}%` }}
              >
                <bdi>{tick.text}</bdi>
              </span>
            ),
        )}
      </div>
      <figcaption id={hintId} className="sr-only">
        {hint}
      </figcaption>
    </figure>
  );
}

const WHOLE_BAR = -1;

/** The series of a part of a bar, from its place in the chart (`data-y`). */
function seriesOf(mark: Element): number {
  return -1 - Number(mark.getAttribute("data-y"));
}

/** The looks of the marks (`app/rows.css`). */
function marksStyle(series: BarSeries[], barWidth: number, step: number): CSSProperties {
  const colors = series.map(({ color }, index) => [`--series-${index + 1}`, color]);
  return { "--bar": `${barWidth}px`, "--step": `${step}px`, ...Object.fromEntries(colors) } as CSSProperties;
}

/** There are hundreds of marks, so their looks and their horizontal places are in `app/rows.css`. */
function Marks({ marks }: { marks: BarMarks[] }) {
  const firstLink = marks.findIndex(({ href }) => href !== undefined);
  return marks.map((bar, x) => (
    <g key={bar.label} transform={`translate(${bar.x})`} opacity={bar.isPartial ? 0.65 : undefined}>
      <Mark x={x} y={0} label={bar.label} href={bar.href} isFirst={x === firstLink}>
        <rect />
      </Mark>
      {bar.parts.map(({ series, y, height, label, href }) => (
        <Mark key={series} x={x} y={-1 - series} label={label} href={href} isFirst={false}>
          <rect y={y} height={height} />
        </Mark>
      ))}
    </g>
  ));
}

function Mark({
  x,
  y,
  label,
  href,
  isFirst,
  children,
}: {
  x: number;
  y: number;
  label: string;
  href: string | undefined;
  isFirst: boolean;
  children: ReactNode;
}) {
  return href === undefined ? (
    <g data-x={x} data-y={y}>
      {children}
    </g>
  ) : (
    <a href={href} aria-label={label} tabIndex={isFirst ? 0 : -1} data-x={x} data-y={y}>
      {children}
    </a>
  );
}

/** A tooltip with the parts of a bar. After a touch, its lines are links. With a mouse they are text, because the bar is a link. */
function BandTooltip({
  band,
  series,
  pointed,
  center,
  totalLabel,
  partialLabel,
  emptyLabel,
}: {
  band: BarBand;
  series: BarSeries[];
  pointed: Pointed;
  /** The centre of the bar, in per cent from the left. */
  center: number;
  totalLabel: string;
  partialLabel: string;
  emptyLabel: string;
}) {
  const isRight = center > 50;
  const barHref = pointed.hrefs.get(WHOLE_BAR);
  return (
    <div
      {...(pointed.isPinned ? {} : { "aria-hidden": true })}
      className={cn(
        "absolute top-0 z-10 w-max max-w-60 min-w-40 rounded-md bg-raised p-2 text-xs shadow-popover",
        isRight ? "-translate-x-[calc(100%+0.75rem)]" : "translate-x-3",
        !pointed.isPinned && "pointer-events-none",
      )}
      style={{ insetInlineStart: `${center}%` }}
    >
      <p dir="auto" className="flex items-baseline justify-between gap-4 px-1 font-medium">
        <span>{band.label}</span>
        {band.isPartial && <span className="font-normal text-muted">{partialLabel}</span>}
      </p>
      <ul dir="auto" className="mt-1.5">
        {band.parts.toReversed().map(([index, text]) => {
          const of = series[index];
          const href = pointed.hrefs.get(index);
          const line = (
            <>
              <span className="size-2 shrink-0 rounded-xs" style={{ backgroundColor: of?.color }} />
              {of?.icon}
              <span className="min-w-0 flex-1 truncate text-muted">{of?.name}</span>
              <span className="font-medium tabular">{text}</span>
            </>
          );
          const lineClass = cn(
            "flex items-center gap-1.5 rounded-sm px-1 py-0.5 pointer-coarse:py-1.5",
            pointed.series === index && "bg-hover",
          );
          return (
            <li key={index}>
              {pointed.isPinned && href !== undefined ? (
                <a href={href} className={lineClass}>
                  {line}
                </a>
              ) : (
                <span className={lineClass}>{line}</span>
              )}
            </li>
          );
        })}
        <li className="mt-1 flex items-center justify-between gap-4 border-t px-1 pt-1 font-medium">
          {band.parts.length === 0 ? (
            <span className="text-muted">{emptyLabel}</span>
          ) : (
            <>
              {pointed.isPinned && barHref !== undefined ? (
                <a href={barHref} className="underline underline-offset-2">
                  {totalLabel}
                </a>
              ) : (
                <span>{totalLabel}</span>
              )}
              <span className="tabular">{band.total}</span>
            </>
          )}
        </li>
      </ul>
    </div>
  );
}
