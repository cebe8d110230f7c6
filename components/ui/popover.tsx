"use client";

import { Popover as Base } from "@base-ui/react/popover";
import { cloneElement, type ReactElement, type ReactNode } from "react";

import { cn } from "@/components/cn";
import { useIsHydrated } from "@/components/use-is-hydrated";

import { popupClass } from "./popup-class";

/** A popup beside its trigger, for the choices of a filter or a date range. */
export function Popover({
  trigger,
  href,
  title,
  align = "start",
  side = "bottom",
  open,
  onOpenChange,
  className,
  children,
}: {
  /** A `Button`, or a component that passes its props to one. */
  trigger: ReactElement<{ href?: string }>;
  /** A page with the same choices, to which the trigger leads until the scripts are there. */
  href?: string;
  /** The popover's heading and accessible name. */
  title?: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom" | "inline-start" | "inline-end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  className?: string;
  children: ReactNode;
}) {
  const isHydrated = useIsHydrated();
  if (!isHydrated && href !== undefined) {
    return cloneElement(trigger, { href });
  }
  return (
    <Base.Root {...(open === undefined ? {} : { open })} {...(onOpenChange === undefined ? {} : { onOpenChange })}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} collisionPadding={8} className="z-50">
          <Base.Popup
            className={cn(
              popupClass,
              "max-h-(--available-height) max-w-(--available-width) overflow-y-auto p-3",
              className,
            )}
          >
            {title !== undefined && <Base.Title className="mb-2 font-medium">{title}</Base.Title>}
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
