"use client";

import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

const tabClass =
  "focus-inset relative -mb-px flex h-9 items-center gap-1.5 border-b-2 border-transparent px-0.5 text-sm font-medium whitespace-nowrap text-muted select-none hover:text-foreground data-active:border-accent data-active:text-foreground rounded-t-sm";

export type TabItem = { value: string; label: ReactNode; content: ReactNode };

/** Several views of one thing, in one place, that need no URL of their own. Where they do: `SegmentedLinks`. */
export function Tabs({
  label,
  items,
  defaultValue,
  className,
}: {
  /** Names the list of tabs. */
  label: string;
  items: readonly TabItem[];
  defaultValue?: string;
  className?: string;
}) {
  return (
    <Base.Root defaultValue={defaultValue ?? items[0]?.value} className={cn("min-w-0", className)}>
      <Base.List aria-label={label} className="flex gap-4 overflow-x-auto border-b">
        {items.map((item) => (
          <Base.Tab key={item.value} value={item.value} className={tabClass}>
            {item.label}
          </Base.Tab>
        ))}
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className="pt-4 outline-none focus-visible:outline-2">
          {item.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
