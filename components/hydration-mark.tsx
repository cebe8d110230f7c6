"use client";

import { useEffect } from "react";

import { forgetScriptsOff } from "@/lib/http/scripts-cookie";

import { useIsHydrated } from "./use-is-hydrated";

/**
 * An invisible mark that says whether the controls around it respond. `data-hydrated` is `false` in the server's HTML and
 * `true` after React has hydrated the surrounding boundary and run its effects, which register keyboard shortcuts. React
 * hydrates the root and each Suspense boundary separately, so the root layout and `components/suspense.tsx` render a mark for
 * each of them. All controls of a page respond when it has at least one mark and no mark is `false`.
 */
export function HydrationMark() {
  const isHydrated = useIsHydrated();
  useEffect(forgetScriptsOff, []);
  return <template data-hydrated={isHydrated} />;
}
