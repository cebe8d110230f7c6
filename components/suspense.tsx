import { cookies } from "next/headers";
// oxlint-disable-next-line no-restricted-imports -- this file wraps it
import { type ReactNode, Suspense as ReactSuspense } from "react";

import { SCRIPTS_COOKIE, SCRIPTS_OFF } from "@/lib/http/scripts-cookie";

import { HydrationMark } from "./hydration-mark";

/**
 * React's `Suspense` with a mark that says whether the content is hydrated. For a browser without scripts it has no boundary: the server
 * waits for the content and sends it in its place. A panel that fails then fails the page.
 */
export async function Suspense({ fallback, children }: { fallback: ReactNode; children: ReactNode }) {
  if (await isScriptsOff()) {
    return children;
  }
  return (
    <ReactSuspense fallback={fallback}>
      {/* First, because the classes for spacing and borders between siblings exclude the last child. */}
      <HydrationMark />
      {children}
    </ReactSuspense>
  );
}

/** Whether the browser said in an earlier request that it runs no scripts. */
export async function isScriptsOff(): Promise<boolean> {
  return (await cookies()).get(SCRIPTS_COOKIE)?.value === SCRIPTS_OFF;
}
