"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** While it is on the page and the page is looked at, the page is read anew every few seconds. */
export function RefreshWhile({ everySeconds }: { everySeconds: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") {
        router.refresh();
      }
    }, everySeconds * 1000);
    return () => clearInterval(timer);
  }, [router, everySeconds]);
  return null;
}
