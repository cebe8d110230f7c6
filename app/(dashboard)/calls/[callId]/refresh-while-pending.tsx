"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

import { refresher } from "@/components/session-ended";

/** Long enough for whatever comes soon; a call that is late is looked at again by whoever looks. */
const MAX_REFRESHES = 30;

/** While it is on the page, the page is read anew now and then: what is on its way appears by itself. */
export function RefreshWhilePending({ everySeconds }: { everySeconds: number }) {
  const router = useRouter();
  useEffect(() => {
    const readAnew = refresher(() => router.refresh());
    let left = MAX_REFRESHES;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && left > 0) {
        left -= 1;
        void readAnew();
      }
    }, everySeconds * 1000);
    return () => clearInterval(timer);
  }, [router, everySeconds]);
  return null;
}
