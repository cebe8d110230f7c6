import type { ReactNode } from "react";

import { cn } from "@/components/cn";

import { RowIcon } from "./row-icon";

/**
 * The change since the previous period. `better` is the direction of an improvement; with `neither`, as for a volume, the change
 * has no colour. `children` is the amount as text.
 */
export function ChangeBadge({
  direction,
  better,
  title,
  children,
}: {
  direction: "up" | "down" | "same";
  better: "up" | "down" | "neither";
  /** Says what the value is compared with. */
  title?: string;
  children: ReactNode;
}) {
  const icon = { up: "arrow-up", down: "arrow-down", same: "minus" } as const;
  const good = direction === better;
  const neutral = direction === "same" || better === "neither";
  return (
    <span
      title={title}
      className={cn(
        "inline-flex items-center gap-0.5 text-xs font-medium tabular",
        neutral ? "text-muted" : good ? "text-success-text" : "text-danger-text",
      )}
    >
      <RowIcon name={icon[direction]} className="size-3" />
      {children}
    </span>
  );
}
