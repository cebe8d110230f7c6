"use client";

import type { Route } from "next";
import Link from "next/link";
import type { ReactNode } from "react";

import { cn } from "@/components/cn";

const segmentClass = (active: boolean) => cn("segment [&_svg]:size-4", active && "chosen");

/** A switch between a few views that have separate URLs. */
export function SegmentedLinks({
  label,
  items,
  className,
}: {
  label: string;
  items: readonly { href: Route; label: ReactNode; active: boolean }[];
  className?: string;
}) {
  return (
    <nav aria-label={label} className={cn("segments", className)}>
      {items.map((item) => (
        <Link<string>
          key={item.href}
          href={item.href}
          scroll={false}
          {...(item.active ? { "aria-current": "true" as const } : {})}
          className={segmentClass(item.active)}
        >
          {item.label}
        </Link>
      ))}
    </nav>
  );
}

/** A switch between a few values, controlled by the caller. */
export function Segmented<Value extends string>({
  label,
  value,
  onValueChange,
  items,
  className,
}: {
  label: string;
  value: Value;
  onValueChange: (value: Value) => void;
  items: readonly { value: Value; label: ReactNode; name?: string }[];
  className?: string;
}) {
  return (
    <fieldset aria-label={label} className={cn("segments", className)}>
      {items.map((item) => (
        <button
          key={item.value}
          type="button"
          aria-pressed={item.value === value}
          {...(item.name === undefined ? {} : { "aria-label": item.name, title: item.name })}
          onClick={() => onValueChange(item.value)}
          className={segmentClass(item.value === value)}
        >
          {item.label}
        </button>
      ))}
    </fieldset>
  );
}
