"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Long enough for whatever comes soon; a call that is late is looked at again by whoever looks. */
const MAX_REFRESHES = 30;

/** While it is on the page, the page is read anew now and then: what is on its way appears by itself. */
export function RefreshWhilePending({ everySeconds }: { everySeconds: number }) {
  const router = useRouter();
  useEffect(() => {
    let left = MAX_REFRESHES;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && left > 0) {
        left -= 1;
        router.refresh();
      }
    }, everySeconds * 1000);
    return () => clearInterval(timer);
  }, [router, everySeconds]);
  return null;
}
