"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { refresher } from "@/components/session-ended";

const EVERY_MS = 2000;

/** While an import runs, its page is read anew every two seconds: only where somebody looks at it. */
export function RefreshWhileRunning() {
  const router = useRouter();
  useEffect(() => {
    const readAnew = refresher(() => router.refresh());
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") {
        void readAnew();
      }
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return null;
}
