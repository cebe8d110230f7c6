"use client";

import { createContext, type ReactNode, use } from "react";

import { useIsHydrated } from "./use-is-hydrated";

const WithoutScripts = createContext(false);

/**
 * Tells the components inside whether the browser runs no scripts. `value`: whether it said so before (`isScriptsOff` of `suspense.tsx`).
 * Scripts that run prove otherwise, for example after someone has allowed them for this site.
 */
export function WithoutScriptsProvider({ value, children }: { value: boolean; children: ReactNode }) {
  const isHydrated = useIsHydrated();
  return <WithoutScripts value={value && !isHydrated}>{children}</WithoutScripts>;
}

/**
 * Whether the browser runs no scripts, so that no menu and no dialog can open. Then actions that otherwise ask for confirmation are plain
 * buttons. Before the scripts are there this is false, so that nobody skips a confirmation by being quick.
 */
export function useIsWithoutScripts(): boolean {
  return use(WithoutScripts);
}
