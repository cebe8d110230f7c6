import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

// tailwind-merge does not know our custom names: without this, it treats `text-2xs` as a colour.
const merge = extendTailwindMerge({ extend: { theme: { text: ["2xs"], shadow: ["popover", "dialog"] } } });

/** Joins class names. If two classes set the same property, the later class wins. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
