"use client";

import { useEffect, useEffectEvent } from "react";

import { announceSessionEnd, readSessionState } from "@/components/session-ended";

const EVERY_MS = 30 * 60_000;

/**
 * Prolongs the session while a page is in use. This needs a request of its own, because a page cannot set the session's cookie while it
 * renders. If the session has ended, the shell asks to sign in and the page stays, with everything that was typed.
 */
export function SessionKeeper() {
  const prolong = useEffectEvent(async () => {
    if ((await readSessionState({ prolongs: true })) === "ended") {
      announceSessionEnd();
    }
  });
  useEffect(() => {
    let last = Date.now();
    const check = () => {
      if (document.visibilityState === "visible" && Date.now() - last >= EVERY_MS) {
        last = Date.now();
        void prolong();
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
