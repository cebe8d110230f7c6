import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** Replaces missing content. Says what is missing, why, and what to do next. */
export function EmptyState({
  icon: Icon,
  title,
  action,
  headingLevel: Heading = "h2",
  className,
  children,
}: {
  icon: LucideIcon;
  title: ReactNode;
  /** What to do next: a button or a link. */
  action?: ReactNode;
  headingLevel?: "h1" | "h2" | "h3";
  className?: string;
  /** Why the content is missing. */
  children?: ReactNode;
}) {
  return (
    <div className={cn("flex flex-col items-center justify-center px-6 py-14 text-center", className)}>
      <span className="mb-4 flex size-10 items-center justify-center rounded-lg border bg-surface text-subtle shadow-xs">
        <Icon className="size-5" strokeWidth={1.75} aria-hidden />
      </span>
      <Heading className="text-base font-semibold text-balance">{title}</Heading>
      {children !== undefined && <div className="mt-1 max-w-md text-base text-pretty text-muted">{children}</div>}
      {action !== undefined && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
