"use client";

import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

import { cn } from "@/components/cn";

import { Kbd } from "./kbd";

/**
 * A hint on hover and focus, for an element that has an accessible name. Must not contain essential information, because touch
 * screens have no hover. `children` is one element that accepts a ref and props.
 */
export function Tooltip({
  content,
  shortcut,
  side = "top",
  popupClassName,
  children,
}: {
  content: ReactNode;
  shortcut?: string;
  side?: "top" | "bottom" | "inline-start" | "inline-end";
  popupClassName?: string;
  children: ReactElement;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={350} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="z-60">
          <Base.Popup
            className={cn(
              "flex max-w-72 origin-(--transform-origin) items-center gap-2 rounded-md bg-foreground px-2 py-1 text-xs text-background shadow-sm transition-[opacity,scale] duration-100 data-ending-style:opacity-0 data-instant:transition-none data-starting-style:scale-97 data-starting-style:opacity-0",
              popupClassName,
            )}
          >
            {content}
            {shortcut !== undefined && (
              <Kbd className="border-transparent bg-background/15 text-background">{shortcut}</Kbd>
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
