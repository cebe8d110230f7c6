import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** A key on the keyboard. Always left to right. */
export function Kbd({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <kbd
      dir="ltr"
      className={cn(
        "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border bg-sunken px-1 font-sans text-2xs font-medium text-muted",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
