import { type ClassValue, clsx } from "clsx";
import type { ComponentProps, ReactNode } from "react";

import { cn } from "@/components/cn";

/** A box in which a table scrolls horizontally. Focusable, so that the keyboard can scroll it. */
export function TableScroll({ label, className, ...props }: ComponentProps<"section"> & { label: string }) {
  return (
    <section
      {...props}
      aria-label={label}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
      tabIndex={0}
      className={cn("min-w-0 overflow-x-auto focus-inset", className)}
    />
  );
}

/** Its looks, and those of its rows and cells, are in `app/rows.css`: as class names of each cell they would be most of the page. */
export function Table({ className, ...props }: ComponentProps<"table">) {
  return <table {...props} className={joined("data-table", className)} />;
}

export function Th({
  className,
  numeric = false,
  scope = "col",
  ...props
}: ComponentProps<"th"> & { numeric?: boolean }) {
  return <th {...props} scope={scope} className={joined(scope === "row" && "head", numeric && "number", className)} />;
}

export function Tr({ className, ...props }: ComponentProps<"tr">) {
  return <tr {...props} className={joined("row", className)} />;
}

export function Td({ className, numeric = false, ...props }: ComponentProps<"td"> & { numeric?: boolean }) {
  return <td {...props} className={joined(numeric && "number", className)} />;
}

/** Unlike `cn`, without looking for classes that contradict each other: that would take most of the time of a table. No class: no attribute. */
function joined(...classes: ClassValue[]): string | undefined {
  return clsx(classes) || undefined;
}

/**
 * The classes of a table that becomes a list on narrow screens, so that it does not scroll horizontally. Each row becomes a grid.
 * The header row is then visible only to screen readers, so a cell that needs the column's name shows it with `StackedLabel`.
 */
export const stacked = { table: "stacked", head: "max-md:sr-only" };

export function StackedLabel({ children }: { children: ReactNode }) {
  return <span className="block text-2xs text-muted md:hidden">{children}</span>;
}
