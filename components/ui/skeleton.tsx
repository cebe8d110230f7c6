import { clsx } from "clsx";

/** A placeholder for loading content, in the final size. Hidden from screen readers: set `aria-busy` on the region. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx("skeleton", className)} />;
}
