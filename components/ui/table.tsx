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

export function Table({ className, ...props }: ComponentProps<"table">) {
  return <table {...props} className={cn("w-full border-separate border-spacing-0 text-start text-sm", className)} />;
}

export function Th({
  className,
  numeric = false,
  scope = "col",
  ...props
}: ComponentProps<"th"> & { numeric?: boolean }) {
  return (
    <th
      {...props}
      scope={scope}
      className={cn(
        "h-8 border-b bg-sunken px-3 text-xs font-medium whitespace-nowrap text-muted first:ps-4 last:pe-4",
        numeric ? "text-end" : "text-start",
        className,
      )}
    />
  );
}

export function Tr({ className, ...props }: ComponentProps<"tr">) {
  return (
    <tr
      {...props}
      className={cn("group/row hover:bg-hover/60 aria-selected:bg-accent-soft [&:last-child>td]:border-b-0", className)}
    />
  );
}

export function Td({ className, numeric = false, ...props }: ComponentProps<"td"> & { numeric?: boolean }) {
  return (
    <td
      {...props}
      className={cn(
        "h-10 border-b px-3 py-1.5 align-middle first:ps-4 last:pe-4",
        numeric ? "text-end tabular" : "text-start",
        className,
      )}
    />
  );
}

/**
 * The classes of a table that becomes a list on narrow screens, so that it does not scroll horizontally. Each row becomes a grid.
 * The header row is then visible only to screen readers, so a cell that needs the column's name shows it with `StackedLabel`.
 */
export const stacked = {
  table: "max-md:block max-md:[&>tbody]:block",
  head: "max-md:sr-only",
  row: "max-md:grid max-md:gap-x-3 max-md:gap-y-1 max-md:border-b max-md:px-4 max-md:py-3 max-md:last:border-b-0",
  cell: "max-md:block max-md:h-auto max-md:min-w-0 max-md:border-b-0 max-md:p-0 max-md:text-start max-md:first:ps-0 max-md:last:pe-0",
};

export function StackedLabel({ children }: { children: ReactNode }) {
  return <span className="block text-2xs text-muted md:hidden">{children}</span>;
}
