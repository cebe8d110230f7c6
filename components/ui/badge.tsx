import { type ClassValue, clsx } from "clsx";
import type { ComponentProps } from "react";

type BadgeTone = "neutral" | "outline" | "accent" | "success" | "warning" | "danger" | "info";
export type BadgeProps = ComponentProps<"span"> & { tone?: BadgeTone | undefined };

/** A short state or count. If the tone has a meaning, add an icon, because not everyone can distinguish colours. */
export function Badge({ tone = "neutral", className, ...props }: BadgeProps) {
  const classes: ClassValue[] = ["badge", tone === "outline" && "lined", `tone-${tone}`, className];
  return <span {...props} className={clsx(classes)} />;
}
