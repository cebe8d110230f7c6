"use client";

import { ChevronDown } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

import { Button } from "@/components/ui/button";

/** The button that opens a filter's menu. `count` is the number of chosen values. */
export function FilterButton({
  label,
  count = 0,
  icon,
  ...props
}: { label: string; count?: number; icon?: ReactNode } & Omit<ComponentProps<typeof Button>, "children">) {
  return (
    <Button {...props} size="md" className="font-normal">
      {icon}
      {label}
      {count > 0 && (
        <span className="rounded-sm bg-accent-soft px-1 text-xs font-medium text-accent-text tabular">{count}</span>
      )}
      <ChevronDown className="size-3.5! text-subtle" aria-hidden />
    </Button>
  );
}
