"use client";

import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import type { Route } from "next";
import Link from "next/link";
import type { ReactElement, ReactNode } from "react";

import { cn } from "@/components/cn";

import { itemClass, popupClass } from "./popup-class";

/** A button with a list of actions. Contains `MenuItem`, `MenuLink`, `MenuRadioGroup`, `MenuLabel`, `MenuSeparator`. */
export function Menu({
  trigger,
  align = "end",
  side = "bottom",
  className,
  children,
}: {
  trigger: ReactElement;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom" | "inline-start" | "inline-end";
  className?: string;
  children: ReactNode;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={6} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className={cn(popupClass, "max-h-(--available-height) min-w-44 overflow-y-auto p-1", className)}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({
  danger = false,
  disabled = false,
  onClick,
  children,
}: {
  danger?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Base.Item
      disabled={disabled}
      onClick={onClick}
      className={cn(itemClass, "[&_svg]:text-subtle", danger && "text-danger-text [&_svg]:text-danger-text")}
    >
      {children}
    </Base.Item>
  );
}

export function MenuLink<Path extends string>({ href, children }: { href: Route<Path>; children: ReactNode }) {
  return (
    <Base.LinkItem closeOnClick render={<Link<Path> href={href} />} className={cn(itemClass, "[&_svg]:text-subtle")}>
      {children}
    </Base.LinkItem>
  );
}

export function MenuRadioGroup<Value extends string>({
  label,
  value,
  onValueChange,
  options,
}: {
  label: ReactNode;
  value: Value;
  onValueChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode; icon?: ReactNode }[];
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={(chosen: Value) => onValueChange(chosen)}>
      <Base.GroupLabel className="px-2 pt-1.5 pb-1 text-xs text-subtle">{label}</Base.GroupLabel>
      {options.map((option) => (
        <Base.RadioItem
          key={option.value}
          value={option.value}
          className={cn(itemClass, "relative pe-8 [&_svg]:text-subtle")}
        >
          {option.icon}
          {option.label}
          <Base.RadioItemIndicator className="absolute end-2">
            <Check className="text-accent-text!" aria-hidden />
          </Base.RadioItemIndicator>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <div className="px-2 py-1.5">{children}</div>;
}

export function MenuSeparator() {
  return <Base.Separator className="-mx-1 my-1 h-px bg-border" />;
}
