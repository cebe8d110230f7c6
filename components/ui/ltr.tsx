import type { ReactNode } from "react";

import { cn } from "@/components/cn";

/** A number, an id, a path or a duration, kept left to right inside Arabic text. */
export function Ltr({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <bdi dir="ltr" className={cn("tabular", className)}>
      {children}
    </bdi>
  );
}

/** An identifier: left to right, monospaced, with line breaks at any character. */
export function Id({ className, children }: { className?: string; children: string }) {
  return (
    <bdi dir="ltr" translate="no" className={cn("font-mono text-xs break-all", className)}>
      {children}
    </bdi>
  );
}
