"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { whileSignedIn } from "./session-ended";

/**
 * Refreshes the page every few seconds while it is rendered, the tab is visible and there is a session. Render it while the
 * page waits for background work. Stops after `maxRefreshes`.
 */
export function RefreshWhile({
  everySeconds,
  maxRefreshes = Infinity,
}: {
  everySeconds: number;
  maxRefreshes?: number;
}) {
  const router = useRouter();
  useEffect(() => {
    const refresh = whileSignedIn(() => router.refresh());
    let remaining = maxRefreshes;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && remaining > 0) {
        remaining -= 1;
        void refresh();
      }
    }, everySeconds * 1000);
    return () => clearInterval(timer);
  }, [router, everySeconds, maxRefreshes]);
  return null;
}
