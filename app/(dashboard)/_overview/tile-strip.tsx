import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** How many tiles stand beside each other on wide screens; on phones there are two. */
const COLUMNS = { people: "md:grid-cols-4", dials: "md:grid-cols-3 xl:grid-cols-6" };

/** A strip of tiles. */
export function TileStrip({
  of,
  children,
  ...props
}: {
  of: keyof typeof COLUMNS;
  children: ReactNode;
  "aria-label"?: string;
}) {
  const Element = props["aria-label"] === undefined ? "div" : "section";
  return (
    <Element
      {...props}
      className={cn("grid grid-cols-2 gap-px overflow-hidden rounded-lg border bg-border shadow-xs", COLUMNS[of])}
    >
      {children}
    </Element>
  );
}
