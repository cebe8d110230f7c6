"use client";

import type { CellData, ColumnDef, RowData } from "@tanstack/react-table";
import {
  columnOrderingFeature,
  columnVisibilityFeature,
  createColumnHelper,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { clsx } from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";

import { stacked, Table, TableScroll, Td, Th, Tr } from "@/components/ui/table";

import { cn } from "./cn";
import { readSent, type Sent } from "./sent";
import { useSentHtml } from "./sent-html";
import { useFollowedLinks } from "./use-followed-links";

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
  /** Whether narrow screens show the cells even if the layout hides the column. */
  isAlwaysNarrow?: boolean;
};

export type TableLayout = { order: readonly string[]; hidden: readonly string[]; density: "comfortable" | "compact" };

/**
 * A table for any kind of row. The link in the first cell covers the whole row. A document has the rows only as HTML: React does not hydrate
 * them, and one handler follows all links. A change of the columns then asks the server for the rows.
 */
export function DataTable<Row extends RowData>({
  label,
  columns,
  rows: sent,
  layout: wanted,
  rowId,
  rowHref,
  rowName,
  rowClassName,
  narrow,
  tableClassName,
  className,
}: {
  label: string;
  /** Must be the same array in each render. */
  columns: readonly DataColumn<Row>[];
  rows: Sent<readonly Row[]>;
  layout: TableLayout;
  rowId: (row: Row) => string;
  rowHref: (row: Row) => Route;
  /** Text for screen readers that the row's link contains in addition to the first cell. */
  rowName: (row: Row) => string;
  rowClassName?: (row: Row) => string | undefined;
  /** What the rows become on narrow screens: `stacked` grids, whose cells the classes of the columns place, or `cards` (`app/rows.css`). */
  narrow: "stacked" | "cards";
  tableClassName?: string;
  className?: string;
}) {
  const router = useRouter();
  const { follow } = useFollowedLinks();
  const rows = readSent(sent);
  const html = useSentHtml("id" in sent ? sent.id : null);
  const [sentLayout] = useState(wanted);
  // The HTML has the columns of this layout; the density is a class of the table.
  const layout = rows === null ? { ...sentLayout, density: wanted.density } : wanted;
  const lacksRows = rows === null && !hasSameColumns(wanted, sentLayout);
  useEffect(() => {
    if (lacksRows) {
      router.refresh();
    }
  }, [lacksRows, router]);

  const byId = new Map(columns.map((column) => [column.id, column]));
  const helper = createColumnHelper<Features, Row>();
  const definitions: ColumnDef<Features, Row, CellData>[] = columns.map((column) =>
    helper.display({ id: column.id, header: column.label, cell: ({ row }) => column.cell(row.original) }),
  );
  const table = useTable({
    features,
    columns: definitions,
    data: (rows ?? []) as Row[],
    getRowId: rowId,
    state: {
      columnOrder: [...layout.order],
      columnVisibility: Object.fromEntries(layout.hidden.map((id) => [id, false])),
    },
  });
  const shown = table.getVisibleLeafColumns().flatMap(({ id }) => byId.get(id) ?? []);
  const onlyNarrow = columns.filter((column) => column.isAlwaysNarrow === true && !shown.includes(column));
  return (
    <TableScroll label={label} className={className}>
      {/* The links inside are the interactive elements. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
      <Table
        onClick={follow}
        className={clsx("linked tight", layout.density === "compact" && "compact", narrow, tableClassName)}
      >
        <thead className={clsx("sticky top-0 z-20", stacked.head)}>
          <tr>
            {shown.map((column) => (
              <HeaderCell key={column.id} column={column} />
            ))}
          </tr>
        </thead>
        {html === null ? (
          <tbody key="rows" data-sent={"id" in sent ? sent.id : undefined}>
            {table.getRowModel().rows.map(({ id, original: row }) => (
              <Tr key={id} className={rowClassName?.(row)}>
                {shown.map(({ id: column, numeric = false, className: cellClass, cell }, index) => (
                  <Td key={column} numeric={numeric} className={cellClass}>
                    {index === 0 ? (
                      <a href={rowHref(row)} data-row-link="">
                        {cell(row)}
                        {rowName(row) !== "" && <span className="sr-only">{rowName(row)}</span>}
                      </a>
                    ) : (
                      cell(row)
                    )}
                  </Td>
                ))}
                {onlyNarrow.map(({ id: column, className: cellClass, cell }) => (
                  <Td key={column} className={clsx("narrow", cellClass)}>
                    {cell(row)}
                  </Td>
                ))}
              </Tr>
            ))}
          </tbody>
        ) : (
          <tbody key="html" {...html} />
        )}
      </Table>
    </TableScroll>
  );
}

function hasSameColumns(one: TableLayout, other: TableLayout): boolean {
  return one.order.join() === other.order.join() && one.hidden.toSorted().join() === other.hidden.toSorted().join();
}

function HeaderCell<Row extends RowData>({ column: { label, numeric = false, sort } }: { column: DataColumn<Row> }) {
  if (sort === undefined) {
    return <Th numeric={numeric}>{label}</Th>;
  }
  const Arrow = sort.direction === "ascending" ? ArrowUp : ArrowDown;
  return (
    <Th numeric={numeric} aria-sort={sort.direction ?? "none"}>
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
