"use client";

import type { CellData, ColumnDef, RowData } from "@tanstack/react-table";
import {
  columnOrderingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";

import { stacked, Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";

import { cn } from "./cn";

/** The features of TanStack Table in use. The URL and the database do sorting, filtering and paging. */
const features = tableFeatures({ columnOrderingFeature, columnVisibilityFeature });
type Features = typeof features;

export type DataColumn<Row extends RowData> = {
  id: string;
  /** The text of the column's header and of its entry in a menu of columns. */
  label: string;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
  /** Makes the header a link that sorts by this column. `direction` is the current order; null if another column is sorted. */
  sort?: { href: Route; direction: "ascending" | "descending" | null; name: string };
  className?: string;
};

export type TableLayout = { order: readonly string[]; hidden: readonly string[]; density: "comfortable" | "compact" };

/** A table for any kind of row. The link in the first cell covers the whole row. */
export function DataTable<Row extends RowData>({
  label,
  columns,
  rows,
  layout,
  rowId,
  rowHref,
  rowName,
  isStacked = false,
  className,
}: {
  label: string;
  /** Must be the same array in each render. */
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  layout: TableLayout;
  rowId: (row: Row) => string;
  rowHref: (row: Row) => Route;
  /** Text for screen readers that the row's link contains in addition to the first cell. */
  rowName: (row: Row) => string;
  /** Whether the rows become a list on narrow screens, as grids of two columns. The classes of the columns then place their cells. */
  isStacked?: boolean;
  className?: string;
}) {
  const byId = new Map(columns.map((column) => [column.id, column]));
  const helper = createColumnHelper<Features, Row>();
  const definitions: ColumnDef<Features, Row, CellData>[] = columns.map((column) =>
    helper.display({ id: column.id, header: column.label, cell: ({ row }) => column.cell(row.original) }),
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows as Row[],
    getRowId: rowId,
    state: {
      columnOrder: [...layout.order],
      columnVisibility: Object.fromEntries(layout.hidden.map((id) => [id, false])),
    },
  });
  const shown = table.getVisibleLeafColumns();
  return (
    <TableScroll label={label} className={className}>
      <Table className={isStacked ? stacked.table : ""}>
        <thead className={cn("sticky top-0 z-20", isStacked && stacked.head)}>
          <tr>
            {shown.map(({ id }) => {
              const column = byId.get(id);
              return column === undefined ? null : <HeaderCell key={id} column={column} />;
            })}
          </tr>
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <Tr
              key={row.id}
              className={cn(
                "relative cursor-pointer has-[a:focus-visible]:bg-accent-soft",
                isStacked && `${stacked.row} max-md:grid-cols-[minmax(0,1fr)_auto]`,
              )}
            >
              {row.getVisibleCells().map((cell, index) => {
                const column = byId.get(cell.column.id);
                return (
                  <Td
                    key={cell.id}
                    numeric={column?.numeric ?? false}
                    className={cn(
                      "px-2 2xl:px-3",
                      layout.density === "compact" && "h-7.5 py-0.5",
                      isStacked && stacked.cell,
                      column?.className,
                    )}
                  >
                    {index === 0 ? (
                      <Link
                        href={rowHref(row.original)}
                        prefetch={false}
                        data-row-link
                        className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-ring"
                      >
                        <table.FlexRender cell={cell} />
                        <span className="sr-only">{rowName(row.original)}</span>
                      </Link>
                    ) : (
                      <table.FlexRender cell={cell} />
                    )}
                  </Td>
                );
              })}
            </Tr>
          ))}
        </tbody>
      </Table>
    </TableScroll>
  );
}

function HeaderCell<Row extends RowData>({ column: { label, numeric = false, sort } }: { column: DataColumn<Row> }) {
  if (sort === undefined) {
    return (
      <Th numeric={numeric} className="px-2 2xl:px-3">
        {label}
      </Th>
    );
  }
  const Arrow = sort.direction === "ascending" ? ArrowUp : ArrowDown;
  return (
    <Th numeric={numeric} aria-sort={sort.direction ?? "none"} className="px-2 2xl:px-3">
      <Link
        href={sort.href}
        scroll={false}
        title={sort.name}
        className={cn(
          "group/sort relative -mx-1 inline-flex items-center gap-1 rounded-sm px-1 hover:text-foreground",
          numeric && "flex-row-reverse",
        )}
      >
        {label}
        <Arrow
          aria-hidden
          className={cn(
            "size-3.5",
            // Outside the layout flow, so that the label stays aligned with its column.
            sort.direction === null &&
              cn(
                "absolute opacity-0 group-hover/sort:opacity-60 group-focus-visible/sort:opacity-60",
                numeric ? "end-full" : "start-full",
              ),
          )}
        />
        <span className="sr-only">{sort.name}</span>
      </Link>
    </Th>
  );
}
