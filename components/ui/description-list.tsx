import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** A list of `DescriptionItem`s: one name and value per line. In a narrow list, the value is below the name. */
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
