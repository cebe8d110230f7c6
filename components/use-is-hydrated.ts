"use client";

import { useSyncExternalStore } from "react";

/** False in the server's HTML and while React hydrates it, so that what needs scripts can look different until they are there. */
export function useIsHydrated(): boolean {
  return useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  );
}

function subscribeToNothing() {
  return () => {};
}
