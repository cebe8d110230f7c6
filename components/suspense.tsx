// oxlint-disable-next-line no-restricted-imports -- the one place that wraps it
import { type ReactNode, Suspense as ReactSuspense } from "react";

import { HydrationMark } from "./hydration-mark";

/** React's `Suspense` with a mark that says when its content is hydrated. */
export function Suspense({ fallback, children }: { fallback: ReactNode; children: ReactNode }) {
  return (
    <ReactSuspense fallback={fallback}>
      {/* First, because spacing and borders between siblings leave out the last child. */}
      <HydrationMark />
      {children}
    </ReactSuspense>
  );
}
