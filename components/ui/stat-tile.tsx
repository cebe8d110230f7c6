import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** One statistic: its label, value, change and detail. With `href`, the whole tile is a link. */
export function StatTile<Path extends string>({
  label,
  value,
  change,
  detail,
  href,
  className,
}: {
  label: ReactNode;
  value: ReactNode;
  change?: ReactNode;
  /** An explanation, such as the denominator: "of 1,284 reached". */
  detail?: ReactNode;
  href?: Route<Path>;
  className?: string;
}) {
  const content = (
    <>
      <span className="text-sm text-muted">{label}</span>
      <span className="mt-1 flex flex-wrap items-baseline gap-x-2">
        <span className="text-2xl font-semibold tracking-tight tabular">{value}</span>
        {change}
      </span>
      {detail !== undefined && <span className="mt-0.5 text-xs text-muted">{detail}</span>}
    </>
  );
  const box = cn("flex min-w-0 flex-col rounded-lg border bg-surface px-4 py-3 shadow-xs", className);
  return href === undefined ? (
    <div className={box}>{content}</div>
  ) : (
    <Link<Path>
      href={href}
      className={cn(box, "transition-colors duration-100 hover:border-border-strong hover:bg-hover/40")}
    >
      {content}
    </Link>
  );
}
