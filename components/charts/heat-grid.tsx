"use client";

import { type CSSProperties, useId, useState } from "react";

import { cn } from "@/components/cn";

import { readSent, type Sent } from "../sent";
import { useSentHtml } from "../sent-html";
import { useChartLinks } from "./use-chart-links";

export type HeatCell = {
  /** From 0 (zero) to 5 (the largest values); null if there is too little data for a reliable value. */
  level: number | null;
  /** The text in the cell; may be empty. */
  text: string;
  /** The full text for the tooltip and for screen readers. */
  label: string;
  href?: string | undefined;
};

type HeatRow = { name: string; cells: HeatCell[] };

export type HeatCells = { columns: { name: string; short: string }[]; rows: HeatRow[] };

/**
 * A table of numbers with cells shaded by value. On narrow screens the table is transposed. The cells contain the numbers, so
 * no information depends on colour. The columns run from left to right in all languages, like the axis of a chart.
 */
export function HeatGrid({
  label,
  hint,
  columnCount,
  cells: sent,
}: {
  label: string;
  hint: string;
  columnCount: number;
  cells: Sent<HeatCells>;
}) {
  const cells = readSent(sent);
  const html = useSentHtml("id" in sent ? sent.id : null);
  const { follow, move, remember } = useChartLinks<HTMLTableElement>(
    (grid) => getComputedStyle(grid).gridAutoFlow === "column",
  );
  const hintId = useId();
  const [tooltip, setTooltip] = useState<{ text: string; x: number; y: number; width: number } | null>(null);

  function show(target: EventTarget) {
    const cell = target instanceof Element ? target.closest<HTMLElement>("a[data-x], [data-label]") : null;
    setTooltip(
      cell === null
        ? null
        : {
            text: cell.getAttribute("aria-label") ?? cell.dataset["label"] ?? "",
            x: cell.offsetLeft + cell.offsetWidth / 2,
            y: cell.offsetTop,
            width: cell.offsetParent?.clientWidth ?? 0,
          },
    );
  }

  return (
    <div dir="ltr" className="relative">
      {/* The links inside are the interactive elements; one listener handles all their events. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <table
        aria-label={label}
        aria-describedby={hintId}
        className={cn(
          "heat-grid grid auto-cols-[minmax(0,1fr)] grid-flow-col grid-cols-[auto] grid-rows-[repeat(var(--lines),auto)] gap-0.5 text-2xs tabular md:grid-flow-row md:grid-cols-[auto_repeat(var(--columns),minmax(0,1fr))] md:grid-rows-none",
          cellsClass,
        )}
        style={{ "--columns": columnCount, "--lines": columnCount + 1 } as CSSProperties}
        onClick={follow}
        onKeyDown={move}
        onFocus={(event) => {
          remember(event);
          show(event.target);
        }}
        onBlur={() => setTooltip(null)}
        onPointerMove={(event) => event.pointerType !== "touch" && show(event.target)}
        onPointerLeave={() => setTooltip(null)}
        {...html}
        data-sent={"id" in sent ? sent.id : undefined}
      >
        {/* React accepts no child beside HTML, not even `false`. */}
        {html === null && cells !== null ? <Cells {...cells} /> : undefined}
      </table>
      <p id={hintId} className="sr-only">
        {hint}
      </p>
      {tooltip !== null && (
        <p
          aria-hidden
          className={cn(
            "pointer-events-none absolute z-10 w-max max-w-64 -translate-y-[calc(100%+0.375rem)] rounded-md bg-foreground px-2 py-1 text-xs text-background shadow-sm",
            tooltip.x < 128 ? "" : tooltip.width - tooltip.x < 128 ? "-translate-x-full" : "-translate-x-1/2",
          )}
          style={{ insetInlineStart: tooltip.x, top: tooltip.y }}
        >
          <bdi>{tooltip.text}</bdi>
        </p>
      )}
    </div>
  );
}

function Cells({ columns, rows }: HeatCells) {
  const [firstRow, firstColumn] = firstLinkOf(rows);
  return (
    <>
      <thead className="contents">
        <tr className="contents">
          <td aria-hidden />
          {columns.map((column) => (
            <th key={column.name} scope="col" aria-label={column.name}>
              {column.short}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="contents">
        {rows.map((row, y) => (
          <tr key={row.name} className="contents">
            <th scope="row">
              <bdi>{row.name}</bdi>
            </th>
            {row.cells.map((cell, x) => (
              <td key={columns[x]?.name}>
                <Cell cell={cell} x={x} y={y} isFirst={y === firstRow && x === firstColumn} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </>
  );
}

/** One cell. There are hundreds of cells, so the table has their common classes (`cellsClass`). */
function Cell({ cell, x, y, isFirst }: { cell: HeatCell; x: number; y: number; isFirst: boolean }) {
  return cell.href === undefined ? (
    <span data-label={cell.label}>
      <span className="sr-only">{cell.label}</span>
      <span aria-hidden>{cell.text}</span>
    </span>
  ) : (
    <a
      href={cell.href}
      aria-label={cell.label}
      data-x={x}
      data-y={y}
      tabIndex={isFirst ? 0 : -1}
      {...(cell.level === null ? { "data-faint": "" } : {})}
      className={cell.level ? `heat-${cell.level}` : undefined}
    >
      {cell.text}
    </a>
  );
}

const cellsClass = [
  "[&_td]:grid [&_td>*]:flex [&_td>*]:h-6 [&_td>*]:min-w-0 [&_td>*]:items-center [&_td>*]:justify-center [&_td>*]:rounded-xs md:[&_td>*]:h-8",
  "[&_a]:hover:ring-2 [&_a]:hover:ring-ring [&_a]:hover:ring-inset [&_a]:focus-visible:outline-offset-0",
  "[&_[data-faint]]:text-muted [&_[data-faint]]:inset-ring-1 [&_[data-faint]]:inset-ring-border",
].join(" ");

function firstLinkOf(rows: HeatRow[]): [row: number, column: number] {
  const row = rows.findIndex(({ cells }) => cells.some(({ href }) => href !== undefined));
  return [row, rows[row]?.cells.findIndex(({ href }) => href !== undefined) ?? -1];
}
