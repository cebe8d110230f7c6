"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

const EVERY_MS = 2000;

/** While an import runs, its page is read anew every two seconds: only where somebody looks at it. */
export function RefreshWhileRunning() {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") {
        router.refresh();
      }
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return null;
}
