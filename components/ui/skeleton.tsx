import { cn } from "@/components/cn";

/** The place of something that is on its way, in its final size. Say `aria-busy` on the region; this itself is silent. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("h-4 animate-shimmer rounded-sm bg-hover", className)} />;
}
