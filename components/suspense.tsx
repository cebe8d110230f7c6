// oxlint-disable-next-line no-restricted-imports -- this file wraps it
import { type ReactNode, Suspense as ReactSuspense } from "react";

import { HydrationMark } from "./hydration-mark";

/** React's `Suspense` with a mark that says whether the content is hydrated. */
export function Suspense({ fallback, children }: { fallback: ReactNode; children: ReactNode }) {
  return (
    <ReactSuspense fallback={fallback}>
      {/* First, because the classes for spacing and borders between siblings exclude the last child. */}
      <HydrationMark />
      {children}
    </ReactSuspense>
  );
}
