import { ArrowDown, ArrowUp, Minus } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/**
 * The change since the previous period. `better` is the direction that is good news; with `neither` (a volume) the change has no colour.
 * `children` is the amount as text, because an arrow alone is not enough.
 */
export function ChangeBadge({
  direction,
  better,
  title,
  children,
}: {
  direction: "up" | "down" | "same";
  better: "up" | "down" | "neither";
  /** What the value is compared with. */
  title?: string;
  children: ReactNode;
}) {
  const Icon = { up: ArrowUp, down: ArrowDown, same: Minus }[direction];
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
      <Icon className="size-3" aria-hidden />
      {children}
    </span>
  );
}
