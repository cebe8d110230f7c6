"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { refresher } from "./session-ended";

/** While it is on the page and the page is looked at, the page is read anew every few seconds. */
export function RefreshWhile({ everySeconds }: { everySeconds: number }) {
  const router = useRouter();
  useEffect(() => {
    const readAnew = refresher(() => router.refresh());
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") {
        void readAnew();
      }
    }, everySeconds * 1000);
    return () => clearInterval(timer);
  }, [router, everySeconds]);
  return null;
}
