"use client";

import { Card } from "@/components/ui/card";
import { Skeleton } from "@/components/ui/skeleton";

/* As client components without props, they are in no document as data (see those of the overview). */

export function FiltersSkeleton() {
  return (
    <div className="flex flex-wrap gap-2" aria-busy>
      <Skeleton className="h-8 w-full sm:w-64" />
      <div className="contents max-sm:flex max-sm:w-full max-sm:gap-2 max-sm:overflow-hidden">
        {Array.from({ length: 6 }, (_, index) => (
          <Skeleton key={index} className="h-8 w-24 shrink-0" />
        ))}
      </div>
    </div>
  );
}

/** The skeleton of either kind of rows. */
export function ListSkeleton() {
  return (
    <Card flush aria-busy className="min-h-0">
      <div className="h-8 border-b bg-sunken" />
      {Array.from({ length: 12 }, (_, index) => (
        <div key={index} className="skeleton-row">
          {["w-32", "w-28", "w-24", "w-36", "w-40 flex-1", "w-10"].map((width) => (
            <i key={width} className={width} />
          ))}
        </div>
      ))}
    </Card>
  );
}
