"use client";

import { useSyncExternalStore } from "react";

/** Which of the two is in front of the page. Outside of React, so that any button and any key can open them. */
type Front = "palette" | "help" | null;

let front: Front = null;
const watchers = new Set<() => void>();

function show(next: Front): void {
  front = next;
  for (const watcher of watchers) {
    watcher();
  }
}

export const openPalette = (): void => show("palette");
export const openHelp = (): void => show("help");
export const closeFront = (): void => show(null);

export function useFront(): Front {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => front,
    () => null,
  );
}
