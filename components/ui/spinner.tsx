import { LoaderCircle } from "lucide-react";

import { cn } from "@/components/cn";

/** A sign of work in progress. Silent: the words beside it, or `aria-busy` on what it belongs to, say it. */
export function Spinner({ className }: { className?: string }) {
  return (
    <LoaderCircle aria-hidden className={cn("size-4 animate-spin text-subtle motion-reduce:animate-none", className)} />
  );
}
