import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

// tailwind-merge does not know our own names: without this it reads `text-2xs` as a colour.
const merge = extendTailwindMerge({ extend: { theme: { text: ["2xs"], shadow: ["popover", "dialog"] } } });

/** Joins class names. Of two that set the same property, the later one wins. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
