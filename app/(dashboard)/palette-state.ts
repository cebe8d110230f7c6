"use client";

import { useSyncExternalStore } from "react";

/** The open dialog of the shell. Stored outside React, so that any button and any shortcut can open a dialog. */
type ShellDialog = "palette" | "help" | null;

let openDialog: ShellDialog = null;
const watchers = new Set<() => void>();

function show(next: ShellDialog): void {
  openDialog = next;
  for (const watcher of watchers) {
    watcher();
  }
}

export const openPalette = (): void => show("palette");
export const openHelp = (): void => show("help");
export const closeDialog = (): void => show(null);

export function useOpenDialog(): ShellDialog {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => openDialog,
    () => null,
  );
}
