import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

// The type scale has a step that tailwind-merge does not know: without this it takes `text-2xs` for a colour.
const merge = extendTailwindMerge({ extend: { theme: { text: ["2xs"], shadow: ["popover", "dialog"] } } });

/** Joins class names; of two that set the same property the later one wins. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
