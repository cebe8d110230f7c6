import { ArrowDown, ArrowUp, Minus } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/**
 * The change against the period before. `better` says whether up is good news here; where it is neither (a volume), the change has no
 * colour. `children` is the amount in words; the arrow alone is never the message.
 */
export function ChangeBadge({
  direction,
  better,
  title,
  children,
}: {
  direction: "up" | "down" | "same";
  better: "up" | "down" | "neither";
  /** What it is compared with. */
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
