import { LoaderCircle } from "lucide-react";

import { cn } from "@/components/cn";

/** Shows that work is in progress. Hidden from screen readers: add text, or set `aria-busy` on the busy element. */
export function Spinner({ className }: { className?: string }) {
  return (
    <LoaderCircle aria-hidden className={cn("size-4 animate-spin text-subtle motion-reduce:animate-none", className)} />
  );
}
