"use client";

import { createContext, type ReactNode, use } from "react";

const WithoutScripts = createContext(false);

/** Tells the components inside whether the browser runs no scripts (`isScriptsOff` of `suspense.tsx`). */
export function WithoutScriptsProvider({ value, children }: { value: boolean; children: ReactNode }) {
  return <WithoutScripts value={value}>{children}</WithoutScripts>;
}

/**
 * Whether the browser runs no scripts, so that no menu and no dialog can open. Then actions that otherwise ask for confirmation are plain
 * buttons. Before the scripts are there this is false, so that nobody skips a confirmation by being quick.
 */
export function useIsWithoutScripts(): boolean {
  return use(WithoutScripts);
}
