import { cn } from "@/components/cn";

/** A placeholder for loading content, in the final size. Hidden from screen readers: set `aria-busy` on the region. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("h-4 animate-shimmer rounded-sm bg-hover", className)} />;
}
