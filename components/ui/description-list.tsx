import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** A list of names and values, a line each. Where it is narrow the value is below its name. Contains `DescriptionItem`s. */
export function DescriptionList({ className, children }: { className?: string; children: ReactNode }) {
  return <dl className={cn("@container min-w-0 divide-y text-sm", className)}>{children}</dl>;
}

export function DescriptionItem({ term, children }: { term: ReactNode; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-0.5 py-2 @sm:grid-cols-[minmax(7rem,10rem)_minmax(0,1fr)]">
      <dt className="text-muted">{term}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}
