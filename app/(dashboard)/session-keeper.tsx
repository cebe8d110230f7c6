"use client";

import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent } from "react";

const EVERY_MS = 30 * 60_000;

/**
 * Prolongs the session while someone works: its cookie and its row move on together, which a page cannot do while it renders. Where
 * the session has ended meanwhile, the page is asked for again, and its gate leads to the sign-in page and back to this very place.
 */
export function SessionKeeper() {
  const router = useRouter();
  const ask = useEffectEvent(async () => {
    const answer = await fetch("/api/auth/get-session", { cache: "no-store" }).catch(() => null);
    if (answer?.ok && (await answer.json().catch(() => undefined)) === null) {
      router.refresh();
    }
  });
  useEffect(() => {
    let last = Date.now();
    const check = () => {
      if (document.visibilityState === "visible" && Date.now() - last >= EVERY_MS) {
        last = Date.now();
        void ask();
      }
    };
    const timer = setInterval(check, 60_000);
    document.addEventListener("visibilitychange", check);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", check);
    };
  }, []);
  return null;
}
