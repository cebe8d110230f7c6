"use client";

import { useSyncExternalStore } from "react";

/**
 * Invisible. Says whether the controls around it respond: `data-hydrated` is `false` in the server's HTML and `true` once React has hydrated the
 * boundary that it is in and has run its effects, which register keyboard shortcuts. React hydrates the root and each Suspense boundary
 * separately, each as a whole, so each has a mark of its own: the root layout and `components/suspense.tsx` render them. A page responds
 * everywhere once it has a mark and none says `false`.
 */
export function HydrationMark() {
  const isHydrated = useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  );
  return <template data-hydrated={isHydrated} />;
}

function subscribeToNothing() {
  return () => {};
}
