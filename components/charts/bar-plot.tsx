"use client";

import { type PointerEvent, type ReactNode, useId, useRef, useState } from "react";

import { cn } from "@/components/cn";

import { useChartLinks } from "./use-chart-links";

type BarSeries = { name: string; color: string; icon: ReactNode };

/** One bar, in the SVG units of the plot, which is 1,000 wide and 100 high. The origin is at the top left. */
export type BarBand = {
  label: string;
  tick: { text: string; isMinor: boolean } | null;
  total: string;
  href?: string | undefined;
  isPartial: boolean;
  x: number;
  parts: { series: number; y: number; height: number; text: string; href?: string | undefined }[];
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
  gridlines: { at: number; text: string }[];
};

type Pointed = { band: number; series: number | null; isPinned: boolean };

/** Draws `BarChart` and handles mouse, touch and keyboard. The server computes all positions. */
export function BarPlot({
  label,
  hint,
  totalLabel,
  partialLabel,
  emptyLabel,
  series,
  bands,
  gridlines,
  barWidth,
  step,
}: BarPlotProps & { barWidth: number; step: number }) {
  const { follow, move, remember } = useChartLinks<HTMLElement>();
  const hintId = useId();
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const isTouch = useRef(false);
  const firstLink = bands.findIndex(({ href }) => href !== undefined);
  const band = pointed === null ? undefined : bands[pointed.band];

  function point(target: EventTarget, isPinned: boolean) {
    const mark = target instanceof Element ? target.closest("[data-band]") : null;
    if (mark === null) {
      return;
    }
    const piece = mark.getAttribute("data-series");
    setPointed({
      band: Number(mark.getAttribute("data-band")),
      series: piece === null ? null : Number(piece),
      isPinned,
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
        const mark = event.target instanceof Element ? event.target.closest("a[data-band]") : null;
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
        <svg
          viewBox="0 0 1000 100"
          preserveAspectRatio="none"
          // The line between the parts and the focus ring, set once here instead of on hundreds of marks.
          className="absolute inset-0 size-full overflow-visible [&_[data-series]>rect]:stroke-surface [&_a]:outline-none [&_a:focus-visible>rect]:stroke-ring [&_a:focus-visible>rect]:stroke-[2px] [&_rect]:[vector-effect:non-scaling-stroke]"
          role="presentation"
        >
          {bands.map((each, index) => {
            const isPointed = pointed?.band === index;
            const area = (
              <rect
                x={each.x - (step - barWidth) / 2}
                y={0}
                width={step}
                height={100}
                className={isPointed ? "fill-foreground/6" : "fill-transparent"}
              />
            );
            return (
              <g key={each.label} opacity={each.isPartial ? 0.65 : 1}>
                {each.href === undefined ? (
                  <g data-band={index}>{area}</g>
                ) : (
                  <a
                    href={each.href}
                    aria-label={`${each.label}: ${each.total}${each.isPartial ? ` (${partialLabel})` : ""}`}
                    tabIndex={index === firstLink ? 0 : -1}
                    data-band={index}
                    data-x={index}
                    data-y={0}
                  >
                    {area}
                  </a>
                )}
                {each.parts.map((part) => {
                  const piece = (
                    <rect
                      x={each.x}
                      y={part.y}
                      width={barWidth}
                      height={part.height}
                      fill={series[part.series]?.color}
                    />
                  );
                  return part.href === undefined ? (
                    <g key={part.series} data-band={index} data-series={part.series}>
                      {piece}
                    </g>
                  ) : (
                    <a
                      key={part.series}
                      href={part.href}
                      aria-label={`${each.label}: ${series[part.series]?.name}, ${part.text}`}
                      tabIndex={-1}
                      data-band={index}
                      data-series={part.series}
                      data-x={index}
                      data-y={-1 - part.series}
                    >
                      {piece}
                    </a>
                  );
                })}
              </g>
            );
          })}
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
        {band.parts.toReversed().map((part) => {
          const of = series[part.series];
          const line = (
            <>
              <span className="size-2 shrink-0 rounded-xs" style={{ backgroundColor: of?.color }} />
              {of?.icon}
              <span className="min-w-0 flex-1 truncate text-muted">{of?.name}</span>
              <span className="font-medium tabular">{part.text}</span>
            </>
          );
          const lineClass = cn(
            "flex items-center gap-1.5 rounded-sm px-1 py-0.5 pointer-coarse:py-1.5",
            pointed.series === part.series && "bg-hover",
          );
          return (
            <li key={part.series}>
              {pointed.isPinned && part.href !== undefined ? (
                <a href={part.href} className={lineClass}>
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
              {pointed.isPinned && band.href !== undefined ? (
                <a href={band.href} className="underline underline-offset-2">
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
